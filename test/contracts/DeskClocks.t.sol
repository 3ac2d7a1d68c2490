// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {ILine, SolvencyProof} from "contracts/interfaces/ILine.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Desks} from "./support/Desks.sol";

/// @notice How long proofs are good at a desk, and what happens when they are not.
contract DeskClocksTest is Desks {
    function setUp() external {
        setUpDesks();
    }

    // ── what is stale ──────────────────────────────────────────────────────────────────────────────────────────────

    function testUnknownRootsAndOldTables() external {
        Shown memory s = shown(10_000, true, 2_000, 0);
        s.accountsRoot = ACCOUNTS + 1;
        SolvencyProof memory proof = proofOf(address(desk), s);
        vm.expectPartialRevert(ILine.UnknownAccountsRoot.selector);
        vm.prank(ALICE);
        desk.authorise(proof);

        proof = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        tick(10 minutes);
        SolvencyProof memory next = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        skip(OVERLAP + 1);
        vm.expectPartialRevert(ILine.StaleTable.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.prank(ALICE);
        desk.authorise(next);
    }

    function testProofAcrossAnEpochChangeExtendsNothing() external {
        authorise(2_000);
        uint256 before = desk.lineOf(ALIAS).validUntil;
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 2_000, 0));
        tick(10 minutes);
        vm.prank(ALICE);
        desk.prove(proof);
        vm.assertEq(desk.lineOf(ALIAS).validUntil, before);
    }

    /// @dev Shown within the overlap, and worth what its own epoch gives: no more than to its replacement and the overlap.
    function testAProofAcrossAnEpochChangeGivesWhatItsOwnEpochGives() external {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        tick(10 minutes);
        skip(OVERLAP);
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.assertEq(desk.lineOf(ALIAS).validUntil, START + 10 minutes + OVERLAP);
        draw(1e6);
        skip(1);
        vm.expectPartialRevert(ILine.NotValid.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
    }

    /// @dev The source chain's clock is behind this one's: validity is shorter, and never longer than by this clock.
    function testARootOfASlowerClockIsWorthLess() external {
        skip(30 minutes);
        publish(TABLE + 1);
        roots.set(REGISTRY, RootSlot.ACCOUNTS, ACCOUNTS + 1, START - VALIDITY + 40 minutes);
        Shown memory s = shown(10_000, true, 2_000, 0);
        s.accountsRoot = ACCOUNTS + 1;
        SolvencyProof memory proof = proofOf(address(desk), s);
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.assertEq(desk.lineOf(ALIAS).validUntil, START + 40 minutes);
    }

    function testValidityRunsFromTheRootAndNotFromSubmission() external {
        skip(VALIDITY - 20 minutes);
        publish(TABLE + 1);
        authorise(2_000);
        vm.assertEq(desk.lineOf(ALIAS).validUntil, START + VALIDITY);
        skip(20 minutes + 1);
        vm.expectPartialRevert(ILine.NotValid.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
        // The same root again, however fresh the proof.
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 2_000, 0));
        vm.expectPartialRevert(ILine.StaleProof.selector);
        vm.prank(ALICE);
        desk.prove(proof);
    }

    // ── default ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testLapsedIsCurableAndDefaultedIsNot() external {
        authorise(2_000);
        draw(1_000e6);
        uint256 end = desk.graceEnd(ALIAS);
        vm.assertEq(end, START + EPOCH + OVERLAP + GRACE);
        vm.warp(START + EPOCH);
        while (block.timestamp + EPOCH < end) {
            publish(TABLE + epochNumber);
            skip(EPOCH);
        }
        publish(TABLE + epochNumber);
        vm.warp(end);
        vm.expectPartialRevert(ILine.NotLapsed.selector);
        desk.lapse(ALIAS);
        skip(1);
        desk.lapse(ALIAS);
        vm.expectPartialRevert(ILine.NotLapsed.selector);
        desk.lapse(ALIAS);

        root(ACCOUNTS);
        publish(TABLE + epochNumber);
        refresh(8_000, 2_000, 0);
        vm.assertEq(desk.lineOf(ALIAS).lapsedAt, 0);
        vm.expectPartialRevert(ILine.NotLapsed.selector);
        desk.declareDefault(ALIAS);

        // The clock stands still with the table, for a day at most.
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        desk.lapse(ALIAS);
        skip(NOTICE - 1);
        vm.expectPartialRevert(ILine.NoticeNotOver.selector);
        desk.declareDefault(ALIAS);
        skip(1);
        desk.declareDefault(ALIAS);
        root(ACCOUNTS);
        publish(TABLE + epochNumber);
        SolvencyProof memory cure = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        vm.startPrank(ALICE);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.authorise(cure);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.prove(cure);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.draw(ALIAS, 1, ALICE);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.release(ALIAS, 1);
        desk.repay(ALIAS, type(uint256).max);
        vm.assertEq(desk.owed(ALIAS), 0);
    }

    function testGraceStandsStillWithTheTableButNotForEver() external {
        authorise(2_000);
        draw(1_000e6);
        vm.warp(START + EPOCH + OVERLAP + GRACE + 1);
        // The table ended at START + EPOCH and no epoch came since.
        vm.expectPartialRevert(ILine.NotLapsed.selector);
        desk.lapse(ALIAS);
        roots.setStalled(10 days);
        vm.assertEq(desk.graceEnd(ALIAS), START + EPOCH + OVERLAP + GRACE + STALL);
        vm.warp(START + EPOCH + OVERLAP + GRACE + STALL + 1);
        desk.lapse(ALIAS);
    }

    /// @dev Only what stood still since the last proof counts, and two stalls add up.
    function testStallsSinceTheProofAddUp() external {
        roots.setStalled(5 hours);
        authorise(2_000);
        draw(1_000e6);
        uint256 end = START + EPOCH + OVERLAP + GRACE;
        vm.assertEq(desk.graceEnd(ALIAS), end);
        roots.setStalled(7 hours);
        vm.assertEq(desk.graceEnd(ALIAS), end + 2 hours);
        skip(EPOCH + 3 hours);
        vm.assertEq(desk.graceEnd(ALIAS), end + 5 hours);
        // The table is there again, and the clock runs on.
        publish(TABLE + epochNumber);
        skip(EPOCH);
        vm.assertEq(desk.graceEnd(ALIAS), end + 5 hours);
    }

    function testDustNeverLapsesNorDefaults() external {
        authorise(2_000);
        draw(4e6);
        skip(30 days);
        vm.expectPartialRevert(ILine.NotLapsed.selector);
        desk.lapse(ALIAS);
        publish(TABLE + epochNumber);
        root(ACCOUNTS);
        refresh(8_000, 2_000, 0);
        draw(1_000e6);
        skip(30 days);
        desk.lapse(ALIAS);
        vm.prank(ALICE);
        desk.repay(ALIAS, type(uint256).max);
        skip(NOTICE);
        vm.expectPartialRevert(ILine.NotLapsed.selector);
        desk.declareDefault(ALIAS);
    }
}
