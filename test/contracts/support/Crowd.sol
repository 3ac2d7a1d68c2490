// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {ReceiveSignals, Protocol, Tier} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {IGroth16Verifier, Proof} from "contracts/interfaces/IGroth16Verifier.sol";

/// @notice Accepts anything: for tests of what reads a registry, not of what a registry accepts.
contract CredulousVerifier is IGroth16Verifier {
    string public constant keyKind = "development";
    bytes32 public constant keyHash = keccak256("credulous");

    function verify(Proof calldata, uint256[] calldata) external pure returns (bool) {
        return true;
    }
}

/// @notice Many strangers: opens and changes accounts with contents that nobody can read, many in one transaction.
contract Crowd {
    IAccountRegistry private immutable _registry;
    uint256 private immutable _notesRoot;
    uint256 private immutable _notes;
    uint256 private immutable _cipherLength;
    uint256 private _drawn;

    constructor(IAccountRegistry registry, uint256 notesRoot, uint256 notes, uint256 cipherLength) {
        (_registry, _notesRoot, _notes, _cipherLength) = (registry, notesRoot, notes, cipherLength);
    }

    function open(Tier tier, uint256 count) external {
        Proof memory proof;
        for (uint256 i = 0; i < count; i++) {
            _registry.open(tier, _signals(0, _draw()), proof, type(uint256).max);
        }
    }

    function receiveNotes(uint256 first, uint256 count) external {
        Proof memory proof;
        for (uint256 slot = first; slot < first + count; slot++) {
            _registry.receiveNotes(slot, _signals(_registry.commitmentAt(slot), 0), proof, type(uint256).max);
        }
    }

    function _signals(uint256 oldCommitment, uint256 openingNullifier) private returns (ReceiveSignals memory signals) {
        signals = ReceiveSignals(
            oldCommitment, _draw(), _notesRoot, openingNullifier, _draw(_notes), _draw(_cipherLength), 0
        );
    }

    function _draw(uint256 count) private returns (uint256[] memory drawn) {
        drawn = new uint256[](count);
        for (uint256 i = 0; i < count; i++) {
            drawn[i] = _draw();
        }
    }

    function _draw() private returns (uint256) {
        return uint256(keccak256(abi.encode(address(this), ++_drawn))) % Protocol.FIELD;
    }
}
