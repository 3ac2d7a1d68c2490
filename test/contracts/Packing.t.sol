// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Poseidon2} from "contracts/generated/Poseidon2.sol";
import {Protocol} from "contracts/generated/Protocol.sol";
import {ClaimLib, SolvencyClaim} from "contracts/lib/ClaimLib.sol";
import {nodeHash} from "contracts/lib/NodeHash.sol";
import {Leg, NoteLib} from "contracts/lib/NoteLib.sol";
import {Encodings} from "./support/Encodings.sol";
import {Test} from "./support/Test.sol";

/// @notice What is packed has a place of its own: the largest value of each part is taken, and the next one refused.
///         encodings.test.ts says that what is taken is what circuits and TypeScript pack.
contract PackingTest is Test {
    int256 private constant LIMIT = 1 << 38;
    Encodings private encodings;

    function setUp() external {
        encodings = new Encodings();
    }

    // ── claims ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function claim() private pure returns (SolvencyClaim memory) {
        return SolvencyClaim(10_000, true, 3, (3 << 16) | 1, -5, (3 << 16) | 2, 5);
    }

    function refuse(SolvencyClaim memory c, string memory part, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(ClaimLib.ClaimOutOfRange.selector, part, value));
        encodings.packClaim(c);
    }

    function testPartsOfAClaimAtTheirEdges() external {
        SolvencyClaim memory c = claim();
        c.coverage = 1 << 14;
        refuse(c, "coverage", 1 << 14);
        c = claim();
        c.issuerId = 1 << 8;
        refuse(c, "issuerId", 1 << 8);
        c = claim();
        c.instrumentA = 1 << 24;
        refuse(c, "instrumentA", 1 << 24);
        c = claim();
        c.instrumentB = 1 << 24;
        refuse(c, "instrumentB", 1 << 24);
        c = claim();
        c.sizeA = -LIMIT;
        refuse(c, "sizeA", uint256(-LIMIT));
        c = claim();
        c.sizeA = LIMIT;
        refuse(c, "sizeA", uint256(LIMIT));
        c = claim();
        c.sizeB = LIMIT;
        refuse(c, "sizeB", uint256(LIMIT));
        vm.expectRevert(abi.encodeWithSelector(ClaimLib.ClaimOutOfRange.selector, "coverage", 1 << 14));
        encodings.packSpend(1 << 14, false);
    }

    /// @dev Every part at its largest, one at a time: it fills its place and touches no other.
    function testNoPartSpillsIntoAnother() external view {
        SolvencyClaim memory none = SolvencyClaim(0, false, 0, 0, 1 - LIMIT, 0, 1 - LIMIT);
        uint256 least = encodings.packClaim(none);
        // Sizes are offset: the smallest is a 1 in the last bit of its place.
        vm.assertEq(least, (uint256(1) << 80) | (uint256(1) << 143));
        none.coverage = (1 << 14) - 1;
        vm.assertEq(encodings.packClaim(none) ^ least, (1 << 14) - 1);
        (none.coverage, none.withSpendKey) = (0, true);
        vm.assertEq(encodings.packClaim(none) ^ least, 1 << 15);
        (none.withSpendKey, none.issuerId) = (false, 255);
        vm.assertEq(encodings.packClaim(none) ^ least, uint256(255) << 16);
        (none.issuerId, none.instrumentA) = (0, (1 << 24) - 1);
        vm.assertEq(encodings.packClaim(none) ^ least, uint256((1 << 24) - 1) << 56);
        (none.instrumentA, none.instrumentB) = (0, (1 << 24) - 1);
        vm.assertEq(encodings.packClaim(none) ^ least, uint256((1 << 24) - 1) << 119);
        (none.instrumentB, none.sizeA) = (0, LIMIT - 1);
        vm.assertEq(encodings.packClaim(none) ^ least, uint256((1 << 39) - 2) << 80);
        (none.sizeA, none.sizeB) = (1 - LIMIT, LIMIT - 1);
        vm.assertEq(encodings.packClaim(none) ^ least, uint256((1 << 39) - 2) << 143);
        vm.assertEq(encodings.packSpend(10_000, false), 10_000);
        vm.assertEq(encodings.packSpend(10_000, true), 10_000 | (1 << 14));
    }

    // ── notes ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function legs(uint256 count, uint256 instrument, int256 lots) private pure returns (Leg[] memory list) {
        list = new Leg[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = Leg(instrument, lots);
        }
    }

    function testLegsAtTheirEdges() external {
        encodings.packLegs(legs(8, (1 << 24) - 1, LIMIT - 1));
        encodings.packLegs(legs(1, 1, 1 - LIMIT));
        vm.expectRevert(abi.encodeWithSelector(NoteLib.LegCount.selector, 0));
        encodings.packLegs(legs(0, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(NoteLib.LegCount.selector, 9));
        encodings.packLegs(legs(9, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(NoteLib.InstrumentOutOfRange.selector, 0));
        encodings.packLegs(legs(1, 0, 1));
        vm.expectRevert(abi.encodeWithSelector(NoteLib.InstrumentOutOfRange.selector, 1 << 24));
        encodings.packLegs(legs(1, 1 << 24, 1));
        vm.expectRevert(abi.encodeWithSelector(NoteLib.EmptyLeg.selector, 5));
        encodings.packLegs(legs(1, 5, 0));
        vm.expectRevert(abi.encodeWithSelector(ClaimLib.ClaimOutOfRange.selector, "lots", LIMIT));
        encodings.packLegs(legs(1, 5, LIMIT));
        vm.expectRevert(abi.encodeWithSelector(ClaimLib.ClaimOutOfRange.selector, "lots", -LIMIT));
        encodings.packLegs(legs(1, 5, -LIMIT));
    }

    function testNotesAtTheirEdges() external {
        Leg[] memory one_ = legs(1, 5, 1);
        encodings.noteLeaf(Protocol.FIELD - 1, one_, type(uint64).max, (1 << 184) - 1);
        vm.expectRevert(abi.encodeWithSelector(NoteLib.NoteOutOfRange.selector, "recipient", 0));
        encodings.noteLeaf(0, one_, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(NoteLib.NoteOutOfRange.selector, "recipient", Protocol.FIELD));
        encodings.noteLeaf(Protocol.FIELD, one_, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(NoteLib.NoteOutOfRange.selector, "blinding", uint256(1) << 184));
        encodings.noteLeaf(1, one_, 1, 1 << 184);
    }

    // ── hashes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function hashOf(uint256 left, uint256 right) external view returns (uint256) {
        return nodeHash(left, right);
    }

    /// @dev A library that fails, or answers nothing, gives no node: what stands in memory would pass for one.
    function testAHashThatFailsIsNoHash() external {
        vm.assertEq(this.hashOf(1, 2), Poseidon2.hash(1, 2));
        vm.etch(address(Poseidon2), hex"60206000fd");
        vm.expectRevert();
        this.hashOf(1, 2);
        vm.etch(address(Poseidon2), hex"00");
        vm.expectRevert();
        this.hashOf(1, 2);
    }
}
