// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {nodeHash} from "contracts/lib/NodeHash.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {ClaimLib, SolvencyClaim} from "contracts/lib/ClaimLib.sol";
import {GrowingTree} from "contracts/lib/GrowingTree.sol";
import {Leg, NoteLib} from "contracts/lib/NoteLib.sol";
import {ProofContext} from "contracts/lib/ProofContext.sol";
import {ReplacingTree} from "contracts/lib/ReplacingTree.sol";

/// @notice What libraries compute, for tests that hold it against TypeScript.
contract Encodings {
    using GrowingTree for GrowingTree.Tree;
    using ReplacingTree for ReplacingTree.Tree;

    GrowingTree.Tree private _growing;
    ReplacingTree.Tree private _replacing;

    /// @dev The claim's parts beside `pack`, so that each is named in the ABI too.
    function packClaim(SolvencyClaim calldata claim) external pure returns (uint256) {
        return ClaimLib.pack(claim);
    }

    function packSpend(uint256 coverage, bool onAnyTable) external pure returns (uint256) {
        return ClaimLib.packSpend(coverage, onAnyTable);
    }

    function packLegs(Leg[] calldata legs) external pure returns (uint256[2] memory) {
        return NoteLib.pack(legs);
    }

    function noteLeaf(uint256 recipient, Leg[] calldata legs, uint64 serial, uint256 blinding)
        external
        pure
        returns (uint256)
    {
        return NoteLib.leaf(recipient, legs, serial, blinding);
    }

    function context(uint256 chainId, address target, address account, uint256 deadline)
        external
        pure
        returns (uint256)
    {
        return ProofContext.encode(chainId, target, account, deadline);
    }

    function hashPairs(uint256[2][] calldata pairs) external view returns (uint256[] memory out) {
        out = new uint256[](pairs.length);
        for (uint256 i = 0; i < pairs.length; i++) {
            out[i] = nodeHash(pairs[i][0], pairs[i][1]);
        }
    }

    /// @dev Roots after each leaf; at an index a leaf is replaced, at −1 it is added.
    function grow(uint256[] calldata leaves) external returns (uint256[] memory roots) {
        roots = new uint256[](leaves.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            (, roots[i]) = _growing.add(leaves[i], Protocol.TREE_DEPTH);
        }
    }

    function replace(int256[] calldata places, uint256[] calldata leaves) external returns (uint256[] memory roots) {
        roots = new uint256[](leaves.length);
        for (uint256 i = 0; i < leaves.length; i++) {
            if (places[i] < 0) (, roots[i]) = _replacing.add(leaves[i], Protocol.TREE_DEPTH);
            else roots[i] = _replacing.replace(uint256(places[i]), leaves[i]);
        }
    }
}
