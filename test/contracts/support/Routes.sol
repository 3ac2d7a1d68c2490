// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {RootMirror} from "contracts/RootMirror.sol";
import {Signature} from "contracts/interfaces/IRiskTable.sol";
import {RootProof} from "contracts/interfaces/IRootMirror.sol";
import {World} from "./World.sol";

/// @notice A source chain of one contract with one slot, and its mirror: both tries are a single leaf, so that a test can
///         write any root.
abstract contract Routes is World {
    using RLP for RLP.Encoder;

    uint256 internal constant SOURCE = 1001;
    address internal constant ACCOUNT = address(0xACC0);
    bytes32 internal constant SLOT = keccak256("slot");
    uint256 internal constant FRESH = 1 hours;
    uint256 internal constant DELAY = 2 days;

    RootMirror internal mirror;

    function setUpRoutes(address owner) internal {
        setUpWorld();
        mirror = new RootMirror(SOURCE, reporters(), 3, owner, FRESH, DELAY);
    }

    /// @dev A trie of one leaf: the list of the hashed key behind the leaf prefix, and the value.
    function leafNode(bytes memory key, bytes memory value) internal pure returns (bytes memory) {
        return RLP.encoder().push(abi.encodePacked(hex"20", keccak256(key))).push(value).encode();
    }

    function headerOf(uint256 number, uint256 time, bytes32 stateRoot) internal pure returns (bytes memory) {
        RLP.Encoder memory fields = RLP.encoder();
        for (uint256 i = 0; i < 3; i++) {
            fields.push(bytes32(i));
        }
        fields.push(stateRoot);
        for (uint256 i = 4; i < 8; i++) {
            fields.push(bytes32(i));
        }
        return fields.push(number).push(uint256(30_000_000)).push(uint256(0)).push(time).push(bytes32(0)).encode();
    }

    function block_(uint256 number, uint256 time, uint256 root)
        internal
        pure
        returns (bytes memory header, RootProof[] memory proofs)
    {
        bytes memory storageNode = leafNode(abi.encodePacked(SLOT), RLP.encode(root));
        bytes memory state = RLP.encoder().push(uint256(1)).push(uint256(0)).push(keccak256(storageNode))
            .push(keccak256("code")).encode();
        bytes memory stateNode = leafNode(abi.encodePacked(ACCOUNT), state);
        header = headerOf(number, time, keccak256(stateNode));
        proofs = new RootProof[](1);
        proofs[0] = RootProof(ACCOUNT, SLOT, new bytes[](1), new bytes[](1));
        (proofs[0].accountProof[0], proofs[0].storageProof[0]) = (stateNode, storageNode);
    }

    function attestation(uint256 number, bytes32 hash, uint256 set) internal view returns (Signature[] memory) {
        bytes32 kind = keccak256("Attestation(uint256 chainId,uint256 number,bytes32 blockHash,uint256 set)");
        bytes32 structHash = keccak256(abi.encode(kind, SOURCE, number, hash, set));
        return signAll("Plimsoll RootMirror", address(mirror), structHash, 3);
    }

    function attest(uint256 number, bytes32 hash) internal {
        uint256 set = mirror.currentSet();
        mirror.attest(number, hash, set, attestation(number, hash, set));
    }

    function bring(uint256 number, uint256 time, uint256 root) internal {
        (bytes memory header, RootProof[] memory proofs) = block_(number, time, root);
        attest(number, keccak256(header));
        mirror.mirror(header, proofs);
    }

    function timeOf(uint256 root) internal view returns (uint256) {
        return mirror.rootTime(ACCOUNT, SLOT, root);
    }

    function latest() internal view returns (uint256 root) {
        (root,) = mirror.latestRoot(ACCOUNT, SLOT);
    }
}
