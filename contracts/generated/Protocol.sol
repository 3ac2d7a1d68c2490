// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from src/protocol/constants.ts by `npm run generate`; do not edit.
pragma solidity ^0.8.30;

import {Circuit, ExitSignals, ReceiveSignals, SolvencySignals, SpendSignals, Tier} from "../interfaces/ProtocolTypes.sol";

/// @notice Numbers that circuits, TypeScript and contracts share.
library Protocol {
    uint256 internal constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant ISSUER_BITS = 8;
    uint256 internal constant SERIAL_BITS = 16;
    uint256 internal constant INSTRUMENT_BITS = 24;
    uint256 internal constant LOTS_BITS = 38;
    uint256 internal constant SIZE_BITS = 39;
    uint256 internal constant COVERAGE_INITIAL = 10000;
    uint256 internal constant COVERAGE_MAINTENANCE = 8000;
    uint256 internal constant BASIS_POINTS = 10000;
    uint256 internal constant NOTE_SERIAL_BITS = 64;
    uint256 internal constant NOTE_BLINDING_BITS = 184;
    uint256 internal constant HOLDINGS_PER_WORD = 4;
    uint256 internal constant NOTE_LEGS = 8;
    uint256 internal constant ISSUER_DEPTH = 8;
    uint256 internal constant RECIPIENT_BITS = 160;
    uint256 internal constant GETH_CHAIN_ID = 1337;
    uint256 internal constant ANVIL_CHAIN_ID = 31337;
    uint256 internal constant ANVIL_CHAIN_IDS = 10;
    uint256 internal constant TREE_DEPTH = 30; // largest depth of the accounts, exits and note trees

    // Domain tags: ASCII, big-endian.
    uint256 internal constant TAG_NOTE = 8907106036736721726412302537797; // "plimsoll.NOTE"

    // First bit of each part of a claim.
    uint256 internal constant CLAIM_SOLVENCY_COVERAGE = 0;
    uint256 internal constant CLAIM_SOLVENCY_REPORT = 14;
    uint256 internal constant CLAIM_SOLVENCY_WITH_SPEND_KEY = 15;
    uint256 internal constant CLAIM_SOLVENCY_ISSUER_ID = 16;
    uint256 internal constant CLAIM_SOLVENCY_SALT = 24;
    uint256 internal constant CLAIM_SOLVENCY_INSTRUMENT_A = 56;
    uint256 internal constant CLAIM_SOLVENCY_SIZE_A = 80;
    uint256 internal constant CLAIM_SOLVENCY_INSTRUMENT_B = 119;
    uint256 internal constant CLAIM_SOLVENCY_SIZE_B = 143;
    uint256 internal constant CLAIM_SPEND_COVERAGE = 0;
    uint256 internal constant CLAIM_SPEND_ON_ANY_TABLE = 14;
}

/// @notice Public signals as the one list that a verifier takes.
library Signals {
    /// @notice Thrown when a list has another length than the tier gives it. Without this check a nullifier could pass
    ///         for part of a cipher beside it, and its note be spent again.
    error SignalLength(string name, uint256 expected, uint256 got);

    function encode(ReceiveSignals memory s, Tier tier) internal pure returns (uint256[] memory list) {
        {
            uint256 expected = _length(0x040402, tier);
            if (s.nullifiers.length != expected) revert SignalLength("nullifiers", expected, s.nullifiers.length);
        }
        {
            uint256 expected = _length(0x110502, tier);
            if (s.cipher.length != expected) revert SignalLength("cipher", expected, s.cipher.length);
        }
        list = new uint256[](s.nullifiers.length + s.cipher.length + 5);
        uint256 next;
        list[next++] = s.oldCommitment;
        list[next++] = s.newCommitment;
        list[next++] = s.notesRoot;
        list[next++] = s.openingNullifier;
        for (uint256 i = 0; i < s.nullifiers.length; i++) list[next++] = s.nullifiers[i];
        for (uint256 i = 0; i < s.cipher.length; i++) list[next++] = s.cipher[i];
        list[next++] = s.context;
    }

    function encode(SpendSignals memory s, Tier tier) internal pure returns (uint256[] memory list) {
        {
            uint256 expected = _length(0x110502, tier);
            if (s.cipher.length != expected) revert SignalLength("cipher", expected, s.cipher.length);
        }
        list = new uint256[](s.cipher.length + 6);
        uint256 next;
        list[next++] = s.oldCommitment;
        list[next++] = s.newCommitment;
        list[next++] = s.tableRoot;
        list[next++] = s.exitLeaf;
        list[next++] = s.claim;
        for (uint256 i = 0; i < s.cipher.length; i++) list[next++] = s.cipher[i];
        list[next++] = s.context;
    }

    function encode(SolvencySignals memory s) internal pure returns (uint256[] memory list) {
        list = new uint256[](12);
        uint256 next;
        list[next++] = s.accountsRoot;
        list[next++] = s.tableRoot;
        list[next++] = s.alias_;
        list[next++] = s.claim;
        list[next++] = s.committee;
        for (uint256 i = 0; i < s.ciphertext.length; i++) list[next++] = s.ciphertext[i];
        list[next++] = s.context;
    }

    function encode(ExitSignals memory s) internal pure returns (uint256[] memory list) {
        list = new uint256[](6);
        uint256 next;
        list[next++] = s.exitsRoot;
        list[next++] = s.spent;
        list[next++] = s.instrument;
        list[next++] = s.lots;
        list[next++] = s.recipient;
        list[next++] = s.context;
    }

    /// @dev Lengths of lists by tier, one byte each.
    function _length(uint256 byTier, Tier tier) private pure returns (uint256) {
        return (byTier >> (8 * uint256(tier))) & 0xff;
    }
}
