// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {PoseidonT6} from "poseidon-solidity/PoseidonT6.sol";
import {Protocol} from "../generated/Protocol.sol";
import {ClaimLib} from "./ClaimLib.sol";

/// @notice Part of a note: so many lots of an instrument.
struct Leg {
    uint256 instrument;
    int256 lots;
}

/// @title  NoteLib
/// @notice Packing of legs into words, and the leaf of a note.
library NoteLib {
    /// @notice Thrown when a note has no leg or more than eight.
    error LegCount(uint256 count);
    /// @notice Thrown when a leg has no instrument or more than 24 bits of one.
    error InstrumentOutOfRange(uint256 instrument);
    /// @notice Thrown when a leg adds nothing: accounts have no empty holdings.
    error EmptyLeg(uint256 instrument);
    /// @notice Thrown when a recipient or blinding has no place in the field.
    error NoteOutOfRange(string part, uint256 value);

    uint256 private constant HOLDING_BITS = Protocol.INSTRUMENT_BITS + Protocol.SIZE_BITS;

    /// @notice Words of 252 bits: Σ (instrument + (lots + 2^38) · 2^24) · 2^(63 j), empty places holding 2^38 · 2^24.
    function pack(Leg[] memory legs) internal pure returns (uint256[2] memory words) {
        if (legs.length == 0 || legs.length > Protocol.NOTE_LEGS) revert LegCount(legs.length);
        for (uint256 i = 0; i < Protocol.NOTE_LEGS; i++) {
            uint256 packed = ClaimLib.offset("lots", 0) << Protocol.INSTRUMENT_BITS;
            if (i < legs.length) {
                Leg memory leg = legs[i];
                if (leg.instrument == 0 || leg.instrument >> Protocol.INSTRUMENT_BITS != 0) {
                    revert InstrumentOutOfRange(leg.instrument);
                }
                if (leg.lots == 0) revert EmptyLeg(leg.instrument);
                packed = leg.instrument | (ClaimLib.offset("lots", leg.lots) << Protocol.INSTRUMENT_BITS);
            }
            words[i / Protocol.HOLDINGS_PER_WORD] |= packed << (HOLDING_BITS * (i % Protocol.HOLDINGS_PER_WORD));
        }
    }

    /// @notice P(NOTE, recipient, word_0, word_1, serial · 2^184 + blinding).
    function leaf(uint256 recipient, Leg[] memory legs, uint64 serial, uint256 blinding)
        internal
        pure
        returns (uint256)
    {
        if (recipient == 0 || recipient >= Protocol.FIELD) {
            revert NoteOutOfRange("recipient", recipient);
        }
        if (blinding >> Protocol.NOTE_BLINDING_BITS != 0) revert NoteOutOfRange("blinding", blinding);
        uint256[2] memory words = pack(legs);
        uint256 nonce = (uint256(serial) << Protocol.NOTE_BLINDING_BITS) | blinding;
        return PoseidonT6.hash([Protocol.TAG_NOTE, recipient, words[0], words[1], nonce]);
    }
}
