// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {CreditDesk} from "contracts/CreditDesk.sol";
import {Circuit, Protocol} from "contracts/generated/Protocol.sol";
import {DeskTerms, ICreditDesk} from "contracts/interfaces/ICreditDesk.sol";
import {IStanding, SolvencyProof, Standing, Status} from "contracts/interfaces/IStanding.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {Leg, NoteLib} from "contracts/lib/NoteLib.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Lines} from "./support/Lines.sol";
import {Token} from "./support/Tokens.sol";

contract CreditDeskTest is Lines {
    Token private usd;
    CreditDesk private desk;

    function setUp() external {
        setUpLines();
        usd = new Token(6);
        desk = new CreditDesk(ISSUER, config(), DeskTerms(address(usd), 1e6, 1_000, 5e6, 5_000e6, 1 days), OWNER);
        usd.mint(OWNER, 1e12);
        usd.mint(ALICE, 1e12);
        vm.startPrank(OWNER);
        desk.setGuardian(GUARDIAN);
        usd.approve(address(desk), type(uint256).max);
        desk.fund(100_000e6);
        vm.stopPrank();
        vm.prank(ALICE);
        usd.approve(address(desk), type(uint256).max);
    }

    function authorise(uint40 booked) private {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, booked, 0));
        vm.prank(ALICE);
        desk.authorise(proof);
    }

    function refresh(uint16 coverage, uint40 booked, uint40 released) private {
        SolvencyProof memory proof = proofOf(address(desk), shown(coverage, false, booked, released));
        vm.prank(ALICE);
        desk.prove(proof);
    }

    /// @dev A new epoch and a root of now.
    function tick(uint256 secs) private {
        skip(secs);
        publish(BOOK + epochNumber);
        root(ACCOUNTS);
    }

    function draw(uint256 amount) private {
        vm.prank(ALICE);
        desk.draw(ALIAS, amount, ALICE);
    }

    // ── honest lines ───────────────────────────────────────────────────────────────────────────────────────────────

    function testOpenDrawRepayReleaseClose() external {
        authorise(2_000);
        Standing memory s = desk.standingOf(ALIAS);
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
        vm.expectPartialRevert(IStanding.WrongStatus.selector);
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
        vm.expectRevert(IStanding.SpendKeyNeeded.selector);
        desk.authorise(proof);
        // Saying that it was the spend key makes it another statement.
        proof.withSpendKey = true;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        desk.authorise(proof);
        proof.withSpendKey = false;
        vm.expectPartialRevert(IStanding.WrongStatus.selector);
        desk.prove(proof);
        vm.stopPrank();
        authorise(2_000);
        vm.startPrank(keeper);
        desk.prove(proof);
        vm.assertEq(desk.standingOf(ALIAS).operator, ALICE);
        vm.expectPartialRevert(IStanding.NotOperator.selector);
        desk.draw(ALIAS, 1, keeper);
        vm.expectPartialRevert(IStanding.NotOperator.selector);
        desk.release(ALIAS, 1);
        vm.expectPartialRevert(IStanding.NotOperator.selector);
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
        proof.seal[0] = 124;
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
        vm.expectPartialRevert(IStanding.AuthorisationUsed.selector);
        desk.authorise(proof);
        desk.prove(proof);
        vm.stopPrank();
        vm.assertEq(desk.standingOf(ALIAS).operator, BOB);
        // A new proof by the spend key makes her the operator again.
        Shown memory again = shown(10_000, true, 2_000, 0);
        proof = proofOf(address(desk), again);
        proof.deadline = DEADLINE - 1;
        ideal[Circuit.Solvency].prove(statementOf(address(desk), again, proof.seal, DEADLINE - 1));
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.assertEq(desk.standingOf(ALIAS).operator, ALICE);
    }

    function testProofForAnotherDesk() external {
        SolvencyProof memory proof = proofOf(address(0xde5c), shown(10_000, true, 2_000, 0));
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
    }

    // ── what is stale ──────────────────────────────────────────────────────────────────────────────────────────────

    function testUnknownRootsAndOldBooks() external {
        Shown memory s = shown(10_000, true, 2_000, 0);
        s.accountsRoot = ACCOUNTS + 1;
        SolvencyProof memory proof = proofOf(address(desk), s);
        vm.expectPartialRevert(IStanding.UnknownAccountsRoot.selector);
        vm.prank(ALICE);
        desk.authorise(proof);

        proof = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        tick(10 minutes);
        SolvencyProof memory next = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        skip(OVERLAP + 1);
        vm.expectPartialRevert(IStanding.StaleBook.selector);
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.prank(ALICE);
        desk.authorise(next);
    }

    function testProofAcrossAnEpochChangeExtendsNothing() external {
        authorise(2_000);
        uint256 before = desk.standingOf(ALIAS).validUntil;
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 2_000, 0));
        tick(10 minutes);
        vm.prank(ALICE);
        desk.prove(proof);
        vm.assertEq(desk.standingOf(ALIAS).validUntil, before);
    }

    function testValidityRunsFromTheRootAndNotFromSubmission() external {
        skip(VALIDITY - 20 minutes);
        publish(BOOK + 1);
        authorise(2_000);
        vm.assertEq(desk.standingOf(ALIAS).validUntil, START + VALIDITY);
        skip(20 minutes + 1);
        vm.expectPartialRevert(IStanding.NotValid.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
        // The same root again, however fresh the proof.
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 2_000, 0));
        vm.expectPartialRevert(IStanding.StaleProof.selector);
        vm.prank(ALICE);
        desk.prove(proof);
    }

    // ── the line ───────────────────────────────────────────────────────────────────────────────────────────────────

    function testHeldBackReleaseAndOlderRootOnlyUnderstate() external {
        authorise(2_000);
        vm.prank(ALICE);
        desk.release(ALIAS, 500);
        // The release note isn't folded: the account shows 2,000 booked and 0 released.
        refresh(10_000, 2_000, 0);
        vm.assertEq(desk.usableLots(ALIAS), 1_500);
        // An older state shows less booked: the largest ever counts, and no more.
        refresh(10_000, 100, 0);
        vm.assertEq(desk.usableLots(ALIAS), 1_500);
        vm.expectPartialRevert(IStanding.BeyondLine.selector);
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
        vm.expectPartialRevert(IStanding.BadCoverage.selector);
        vm.prank(ALICE);
        desk.prove(low);
        low = proofOf(address(desk), shown(8_000, true, 4_000, 0));
        vm.expectPartialRevert(IStanding.BadCoverage.selector);
        vm.prank(ALICE);
        desk.authorise(low);
    }

    function testInterestToTheEndOfGraceCounts() external {
        authorise(1_000);
        // 10 % a year over validity, grace and the longest stall: 1 h 10 min + 6 h + 24 h.
        uint256 left = EPOCH + OVERLAP + GRACE + STALL;
        uint256 most = uint256(1_000e6) * 365 days * 10 / (365 days * 10 + left);
        vm.expectPartialRevert(IStanding.BeyondLine.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, most + 1, ALICE);
        draw(most);
        vm.expectPartialRevert(IStanding.BeyondLine.selector);
        vm.prank(ALICE);
        desk.release(ALIAS, 1);
    }

    function testReleaseNeverBeyondWhatWasBooked() external {
        authorise(1_000);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IStanding.BeyondLine.selector);
        desk.release(ALIAS, 1_001);
        vm.expectRevert(ICreditDesk.NothingToDo.selector);
        desk.release(ALIAS, 0);
        vm.expectRevert();
        desk.release(ALIAS, type(uint256).max);
        vm.expectPartialRevert(IStanding.StillOpen.selector);
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
            if (seed >> 250 < 20) try desk.draw(ALIAS, amount, ALICE) {} catch {}
            else if (seed >> 250 < 40) try desk.repay(ALIAS, amount) {} catch {}
            else try desk.release(ALIAS, amount / 3e6) {} catch {}
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
        book.pause();
        drawsPaused();
        usePaused();
        vm.prank(OWNER);
        book.unpause();
        roots.setFrozen(true);
        drawsPaused();
        roots.setFrozen(false);
        skip(60);
        publishMove(BOOK + 50, 20_000);
        drawsPaused();
    }

    function drawsPaused() private {
        vm.expectRevert(IStanding.DrawsPaused.selector);
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

    // ── default ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testLapsedIsCurableAndFinalIsNot() external {
        authorise(2_000);
        draw(1_000e6);
        uint256 end = desk.graceEnd(ALIAS);
        vm.assertEq(end, START + EPOCH + OVERLAP + GRACE);
        vm.warp(START + EPOCH);
        while (block.timestamp + EPOCH < end) {
            publish(BOOK + epochNumber);
            skip(EPOCH);
        }
        publish(BOOK + epochNumber);
        vm.warp(end);
        vm.expectPartialRevert(IStanding.NotLapsed.selector);
        desk.lapse(ALIAS);
        skip(1);
        desk.lapse(ALIAS);
        vm.expectPartialRevert(IStanding.NotLapsed.selector);
        desk.lapse(ALIAS);

        root(ACCOUNTS);
        publish(BOOK + epochNumber);
        refresh(8_000, 2_000, 0);
        vm.assertEq(desk.standingOf(ALIAS).lapsedAt, 0);
        vm.expectPartialRevert(IStanding.NotLapsed.selector);
        desk.finalise(ALIAS);

        // The clock stands still with the book, for a day at most.
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        desk.lapse(ALIAS);
        skip(NOTICE - 1);
        vm.expectPartialRevert(IStanding.NoticeNotOver.selector);
        desk.finalise(ALIAS);
        skip(1);
        desk.finalise(ALIAS);
        root(ACCOUNTS);
        publish(BOOK + epochNumber);
        SolvencyProof memory cure = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        vm.startPrank(ALICE);
        vm.expectPartialRevert(IStanding.WrongStatus.selector);
        desk.authorise(cure);
        vm.expectPartialRevert(IStanding.WrongStatus.selector);
        desk.prove(cure);
        vm.expectPartialRevert(IStanding.WrongStatus.selector);
        desk.draw(ALIAS, 1, ALICE);
        vm.expectPartialRevert(IStanding.WrongStatus.selector);
        desk.release(ALIAS, 1);
        desk.repay(ALIAS, type(uint256).max);
        vm.assertEq(desk.owed(ALIAS), 0);
    }

    function testGraceStandsStillWithTheBookButNotForEver() external {
        authorise(2_000);
        draw(1_000e6);
        vm.warp(START + EPOCH + OVERLAP + GRACE + 1);
        // The book ended at START + EPOCH and no epoch came since.
        vm.expectPartialRevert(IStanding.NotLapsed.selector);
        desk.lapse(ALIAS);
        roots.setStalled(10 days);
        vm.assertEq(desk.graceEnd(ALIAS), START + EPOCH + OVERLAP + GRACE + STALL);
        vm.warp(START + EPOCH + OVERLAP + GRACE + STALL + 1);
        desk.lapse(ALIAS);
    }

    function testDustNeverLapsesNorBecomesFinal() external {
        authorise(2_000);
        draw(4e6);
        skip(30 days);
        vm.expectPartialRevert(IStanding.NotLapsed.selector);
        desk.lapse(ALIAS);
        publish(BOOK + epochNumber);
        root(ACCOUNTS);
        refresh(8_000, 2_000, 0);
        draw(1_000e6);
        skip(30 days);
        desk.lapse(ALIAS);
        vm.prank(ALICE);
        desk.repay(ALIAS, type(uint256).max);
        skip(NOTICE);
        vm.expectPartialRevert(IStanding.NotLapsed.selector);
        desk.finalise(ALIAS);
    }

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
