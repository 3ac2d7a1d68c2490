// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {Circuit, Protocol} from "contracts/generated/Protocol.sol";
import {ICreditDesk} from "contracts/interfaces/ICreditDesk.sol";
import {ILine, SolvencyProof, Line, Status} from "contracts/interfaces/ILine.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {Leg, NoteLib} from "contracts/lib/NoteLib.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Desks} from "./support/Desks.sol";

contract CreditDeskTest is Desks {
    function setUp() external {
        setUpDesks();
    }

    // ── honest lines ───────────────────────────────────────────────────────────────────────────────────────────────

    function testOpenDrawRepayReleaseClose() external {
        authorise(2_000);
        Line memory s = desk.lineOf(ALIAS);
        vm.assertTrue(s.status == Status.Open && s.operator == ALICE && s.booked == 2_000);
        vm.assertEq(s.validUntil, START + EPOCH + OVERLAP);
        draw(1_500e6);
        vm.assertEq(desk.owed(ALIAS), 1_500e6);
        skip(30 minutes);
        vm.assertTrue(desk.owed(ALIAS) > 1_500e6);
        vm.prank(ALICE);
        desk.repay(ALIAS, type(uint256).max);
        vm.assertEq(desk.owed(ALIAS), 0);
        vm.startPrank(ALICE);
        desk.release(ALIAS, 2_000);
        vm.assertEq(desk.usableLots(ALIAS), 0);
        Leg[] memory legs = new Leg[](1);
        legs[0] = Leg((uint256(ISSUER) << 16) | 2, 2_000);
        vm.assertEq(desk.currentRoot(RootSlot.NOTES), NoteLib.leaf(ALIAS, legs, 1, 0));
        desk.close(ALIAS);
        vm.stopPrank();
        // For good.
        SolvencyProof memory again = proofOf(address(desk), shown(10_000, true, 9_000, 2_000));
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        vm.prank(ALICE);
        desk.authorise(again);
    }

    // ── who may ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testAKeeperCantOpenDrawOrRelease() external {
        address keeper = BOB;
        Shown memory s = shown(10_000, false, 2_000, 0);
        s.sender = keeper;
        SolvencyProof memory proof = proofOf(address(desk), s);
        vm.startPrank(keeper);
        vm.expectRevert(ILine.SpendKeyNeeded.selector);
        desk.authorise(proof);
        // Saying that it was the spend key makes it another statement.
        proof.withSpendKey = true;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        desk.authorise(proof);
        proof.withSpendKey = false;
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.prove(proof);
        vm.stopPrank();
        authorise(2_000);
        vm.startPrank(keeper);
        desk.prove(proof);
        vm.assertEq(desk.lineOf(ALIAS).operator, ALICE);
        vm.expectPartialRevert(ILine.NotOperator.selector);
        desk.draw(ALIAS, 1, keeper);
        vm.expectPartialRevert(ILine.NotOperator.selector);
        desk.release(ALIAS, 1);
        vm.expectPartialRevert(ILine.NotOperator.selector);
        desk.close(ALIAS);
    }

    function testCopiedProofsAndOtherAliases() external {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(BOB);
        desk.authorise(proof);
        proof.alias_ = ALIAS + 1;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
        proof.alias_ = ALIAS + Protocol.FIELD;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
        proof.alias_ = ALIAS;
        proof.booked = 2_001;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
        proof.booked = 2_000;
        proof.ciphertext[0] = 124;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
    }

    /// @dev Alice's key leaked: she names Bob's address instead, and whoever has her key shows what she once showed.
    function testAReplacedOperatorCantComeBack() external {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        vm.prank(ALICE);
        desk.authorise(proof);
        Shown memory s = shown(10_000, true, 2_000, 0);
        s.sender = BOB;
        SolvencyProof memory bobs = proofOf(address(desk), s);
        vm.prank(BOB);
        desk.authorise(bobs);
        // Written in another way it is the same statement still.
        proof.proof.a[0] = 1;
        vm.startPrank(ALICE);
        vm.expectPartialRevert(ILine.AuthorisationUsed.selector);
        desk.authorise(proof);
        desk.prove(proof);
        vm.stopPrank();
        vm.assertEq(desk.lineOf(ALIAS).operator, BOB);
        // A new proof by the spend key makes her the operator again.
        Shown memory again = shown(10_000, true, 2_000, 0);
        proof = proofOf(address(desk), again);
        proof.deadline = DEADLINE - 1;
        ideal[Circuit.Solvency].prove(statementOf(address(desk), again, proof.ciphertext, DEADLINE - 1));
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.assertEq(desk.lineOf(ALIAS).operator, ALICE);
    }

    function testProofForAnotherDesk() external {
        SolvencyProof memory proof = proofOf(address(0xde5c), shown(10_000, true, 2_000, 0));
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
    }

    // ── the line ───────────────────────────────────────────────────────────────────────────────────────────────────

    function testHeldBackReleaseAndOlderRootOnlyUnderstate() external {
        authorise(2_000);
        vm.prank(ALICE);
        desk.release(ALIAS, 500);
        // The release note isn't received: the account shows 2,000 booked and 0 released.
        refresh(10_000, 2_000, 0);
        vm.assertEq(desk.usableLots(ALIAS), 1_500);
        // An older state shows less booked: the largest ever counts, and no more.
        refresh(10_000, 100, 0);
        vm.assertEq(desk.usableLots(ALIAS), 1_500);
        vm.expectPartialRevert(ILine.BeyondLine.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1_500e6, ALICE);
        draw(1_490e6);
    }

    function testTheDroppedPairBringsNoNewLine() external {
        authorise(1_000);
        vm.prank(ALICE);
        desk.release(ALIAS, 1_000);
        refresh(10_000, 900, 0);
        vm.assertEq(desk.usableLots(ALIAS), 0);
    }

    function testExtendingNeedsInitialMargin() external {
        authorise(1_000);
        refresh(8_000, 3_000, 0);
        vm.assertEq(desk.usableLots(ALIAS), 1_000);
        refresh(10_000, 3_000, 0);
        vm.assertEq(desk.usableLots(ALIAS), 3_000);
        SolvencyProof memory low = proofOf(address(desk), shown(7_999, false, 4_000, 0));
        vm.expectPartialRevert(ILine.BadCoverage.selector);
        vm.prank(ALICE);
        desk.prove(low);
        low = proofOf(address(desk), shown(8_000, true, 4_000, 0));
        vm.expectPartialRevert(ILine.BadCoverage.selector);
        vm.prank(ALICE);
        desk.authorise(low);
    }

    function testInterestToTheEndOfGraceCounts() external {
        authorise(1_000);
        // 10 % a year over validity, grace and the longest stall: 1 h 10 min + 6 h + 24 h.
        uint256 left = EPOCH + OVERLAP + GRACE + STALL;
        uint256 most = uint256(1_000e6) * 365 days * 10 / (365 days * 10 + left);
        vm.expectPartialRevert(ILine.BeyondLine.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, most + 1, ALICE);
        draw(most);
        vm.expectPartialRevert(ILine.BeyondLine.selector);
        vm.prank(ALICE);
        desk.release(ALIAS, 1);
    }

    function testReleaseNeverBeyondWhatWasBooked() external {
        authorise(1_000);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(ILine.BeyondLine.selector);
        desk.release(ALIAS, 1_001);
        vm.expectRevert(ICreditDesk.NothingToDo.selector);
        desk.release(ALIAS, 0);
        vm.expectRevert();
        desk.release(ALIAS, type(uint256).max);
        vm.expectPartialRevert(ILine.StillOpen.selector);
        desk.close(ALIAS);
    }

    function testNewCreditIsLimitedPerWindow() external {
        authorise(20_000);
        draw(5_000e6);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
        skip(30 minutes);
        draw(100e6);
    }

    function testFuzzOutstandingNeverExceedsTheLine(uint256 seed) external {
        authorise(2_000);
        for (uint256 i = 0; i < 20; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 amount = seed % 1_500e6;
            vm.startPrank(ALICE);
            if (seed >> 250 < 20) {
                try desk.draw(ALIAS, amount, ALICE) {} catch {}
            } else if (seed >> 250 < 40) {
                try desk.repay(ALIAS, amount) {} catch {}
            } else {
                try desk.release(ALIAS, amount / 3e6) {} catch {}
            }
            vm.stopPrank();
            vm.assertLe(desk.owed(ALIAS), desk.usableLots(ALIAS) * 1e6, "line");
            tick(1 + seed % 1800);
            refresh(8_000, 2_000, 0);
            vm.assertLe(desk.owed(ALIAS), desk.usableLots(ALIAS) * 1e6, "line after interest");
        }
    }

    // ── pauses ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function testPausesStopDrawsAndNothingElse() external {
        authorise(2_000);
        draw(1_000e6);
        vm.prank(GUARDIAN);
        desk.pause();
        drawsPaused();
        usePaused();
        vm.prank(OWNER);
        desk.unpause();
        vm.prank(GUARDIAN);
        table.pause();
        drawsPaused();
        usePaused();
        vm.prank(OWNER);
        table.unpause();
        roots.setFrozen(true);
        drawsPaused();
        roots.setFrozen(false);
        skip(60);
        publishMove(TABLE + 50, 20_000);
        drawsPaused();
    }

    function drawsPaused() private {
        vm.expectRevert(ILine.DrawsPaused.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
    }

    function usePaused() private {
        refresh(8_000, 2_000, 0);
        vm.startPrank(ALICE);
        desk.repay(ALIAS, 100e6);
        desk.release(ALIAS, 10);
        vm.stopPrank();
    }

    // ── the lender ─────────────────────────────────────────────────────────────────────────────────────────────────

    function testTheOwnersMoneyAlone() external {
        vm.expectRevert();
        vm.prank(ALICE);
        desk.withdraw(1);
        vm.expectRevert();
        vm.prank(GUARDIAN);
        desk.withdraw(1);
        vm.prank(OWNER);
        desk.withdraw(100_000e6);
    }
}
