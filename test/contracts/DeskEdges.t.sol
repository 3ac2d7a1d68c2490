// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {CreditDesk} from "contracts/CreditDesk.sol";
import {Circuit, Protocol} from "contracts/generated/Protocol.sol";
import {LineConfig} from "contracts/base/LineBase.sol";
import {DeskTerms, ICreditDesk} from "contracts/interfaces/ICreditDesk.sol";
import {ILine, SolvencyProof, Line} from "contracts/interfaces/ILine.sol";
import {Desks} from "./support/Desks.sol";
import {HookToken} from "./support/Tokens.sol";

/// @notice A desk's rules at their edges: the unit and the second at which each begins, and calls from inside a call.
contract DeskEdgesTest is Desks {
    /// @dev Place of the mapping of lines, behind the notes' tree and the owner's variables.
    uint256 private constant LINES = 36;

    function setUp() external {
        setUpDesks();
    }

    // ── calls from inside a call ───────────────────────────────────────────────────────────────────────────────────

    /// @dev A desk that lends a token which calls back, and which is the operator of a line of 1,000 lots itself.
    function hooked() private returns (HookToken token, CreditDesk at) {
        token = new HookToken();
        at = new CreditDesk(ISSUER, config(), DeskTerms(address(token), 1e6, 0, 0, 1e12, 1 days), address(token));
        token.mint(address(token), 2e12);
        Shown memory s = shown(10_000, true, 1_000, 0);
        s.sender = address(token);
        SolvencyProof memory proof = proofOf(address(at), s);
        vm.startPrank(address(token));
        token.approve(address(at), type(uint256).max);
        at.fund(1e12);
        at.authorise(proof);
        at.draw(ALIAS, 100e6, ALICE);
        vm.stopPrank();
    }

    /// @dev Every call that moves tokens, from inside every other: what a desk counts it counts once, whatever comes between.
    function testNoCallThatMovesTokensRunsInsideAnother() external {
        (HookToken token, CreditDesk at) = hooked();
        bytes[4] memory calls = [
            abi.encodeCall(at.draw, (ALIAS, 1e6, ALICE)),
            abi.encodeCall(at.repay, (ALIAS, 1e6)),
            abi.encodeCall(at.fund, (1e6)),
            abi.encodeCall(at.withdraw, (1e6))
        ];
        for (uint256 outer = 0; outer < 4; outer++) {
            for (uint256 inner = 0; inner < 4; inner++) {
                token.hook(address(at), calls[inner]);
                vm.prank(address(token));
                (bool ok, bytes memory why) = address(at).call(calls[outer]);
                vm.assertFalse(ok);
                vm.assertEq(bytes32(why), bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
            }
        }
        // None of it was for another reason.
        token.hook(address(0), "");
        for (uint256 i = 0; i < 4; i++) {
            vm.prank(address(token));
            (bool ok,) = address(at).call(calls[i]);
            vm.assertTrue(ok);
        }
    }

    // ── amounts ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testNothingIsNeitherDrawnNorRepaid() external {
        authorise(1_000);
        vm.startPrank(ALICE);
        vm.expectRevert(ICreditDesk.NothingToDo.selector);
        desk.draw(ALIAS, 0, ALICE);
        vm.expectRevert(ICreditDesk.NothingToDo.selector);
        desk.repay(ALIAS, 5);
        desk.draw(ALIAS, 5, ALICE);
        vm.expectRevert(ICreditDesk.NothingToDo.selector);
        desk.repay(ALIAS, 0);
    }

    /// @dev Interest of any time is a unit at least: a debt that stood for a second can't be repaid by what was drawn.
    function testInterestIsRoundedUp() external {
        authorise(1_000);
        draw(1);
        skip(1);
        vm.assertEq(desk.owed(ALIAS), 2);
    }

    /// @dev Without interest the whole line can be drawn, and not a unit more.
    function testTheWholeLineCanBeDrawn() external {
        CreditDesk at = withoutInterest();
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ILine.BeyondLine.selector, ALIAS, 1_000e6 + 1, 1_000e6));
        at.draw(ALIAS, 1_000e6 + 1, ALICE);
        at.draw(ALIAS, 1_000e6, ALICE);
        vm.assertEq(at.owed(ALIAS), 1_000e6);
    }

    /// @dev One alias uses the window up for all: it bounds what the desk can lose, not what one of them can draw.
    function testTheWindowIsTheDesksAndNotTheAliass() external {
        authorise(9_000);
        Shown memory other = shown(10_000, true, 9_000, 0);
        other.alias_ = ALIAS + 1;
        SolvencyProof memory proof = proofOf(address(desk), other);
        draw(5_000e6);
        vm.startPrank(ALICE);
        desk.authorise(proof);
        vm.expectRevert(RateLimiter.RateLimitExceeded.selector);
        desk.draw(ALIAS + 1, 1, ALICE);
    }

    /// @dev A desk that takes no interest, with dust of 5 tokens, and Alice's line of 1,000 lots.
    function withoutInterest() private returns (CreditDesk at) {
        at = new CreditDesk(ISSUER, config(), DeskTerms(address(usd), 1e6, 0, 5e6, 5_000e6, 1 days), OWNER);
        vm.startPrank(OWNER);
        usd.approve(address(at), type(uint256).max);
        at.fund(2_000e6);
        vm.stopPrank();
        SolvencyProof memory proof = proofOf(address(at), shown(10_000, true, 1_000, 0));
        vm.prank(ALICE);
        at.authorise(proof);
    }

    /// @dev A debt of the dust itself is no default; a unit more is.
    function testDustIsWhatIsNotMoreThanDust() external {
        CreditDesk at = withoutInterest();
        vm.prank(ALICE);
        at.draw(ALIAS, 5e6, ALICE);
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        vm.expectRevert(abi.encodeWithSelector(ILine.NotLapsed.selector, ALIAS));
        at.lapse(ALIAS);
        publish(TABLE + 1);
        root(ACCOUNTS);
        SolvencyProof memory proof = proofOf(address(at), shown(8_000, false, 1_000, 0));
        vm.startPrank(ALICE);
        at.prove(proof);
        at.draw(ALIAS, 1, ALICE);
        vm.stopPrank();
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        at.lapse(ALIAS);
    }

    // ── releases ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev A day after validity ended, 6 hours are left of the 30 of grace and stall. What a release leaves must bear
    ///      interest for 30 hours from now, as if validity ended now.
    function testAReleaseAfterValidityLeavesInterestOfTheWholeGrace() external {
        authorise(1_000);
        draw(950e6);
        skip(EPOCH + OVERLAP + 24 hours);
        uint256 excess = desk.owed(ALIAS) - 899.9e6;
        vm.startPrank(ALICE);
        desk.repay(ALIAS, excess);
        // 10 % a year over 30 hours, rounded up.
        uint256 needed = 899.9e6 + 308_185;
        vm.expectRevert(abi.encodeWithSelector(ILine.BeyondLine.selector, ALIAS, needed, 900e6));
        desk.release(ALIAS, 100);
        desk.release(ALIAS, 99);
    }

    /// @dev When the end of grace and stall is over too, by whatever was proven last.
    function testAReleaseIsPossibleLongAfterValidity() external {
        authorise(1_000);
        draw(100e6);
        skip(300 days);
        vm.prank(ALICE);
        desk.release(ALIAS, 800);
        vm.assertEq(desk.usableLots(ALIAS), 200);
    }

    // ── proofs ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev What is used up is one statement: another alias, sender, deadline or ciphertext makes another one.
    function testAnAuthorisationIsOneAliasSenderDeadlineAndCiphertext() external {
        SolvencyProof memory first = authorisation(ALIAS, ALICE, 7, DEADLINE);
        SolvencyProof[4] memory others = [
            authorisation(ALIAS + 1, ALICE, 7, DEADLINE),
            authorisation(ALIAS, BOB, 7, DEADLINE),
            authorisation(ALIAS, ALICE, 7, DEADLINE - 1),
            authorisation(ALIAS, ALICE, 8, DEADLINE)
        ];
        vm.prank(ALICE);
        desk.authorise(first);
        for (uint256 i = 0; i < 4; i++) {
            vm.prank(i == 1 ? BOB : ALICE);
            desk.authorise(others[i]);
        }
        for (uint256 i = 0; i < 4; i++) {
            vm.expectPartialRevert(ILine.AuthorisationUsed.selector);
            vm.prank(i == 1 ? BOB : ALICE);
            desk.authorise(others[i]);
        }
    }

    function authorisation(uint256 alias_, address sender, uint256 ciphertext, uint256 deadline)
        private
        returns (SolvencyProof memory proof)
    {
        Shown memory s = shown(10_000, true, 1_000, 0);
        (s.alias_, s.sender) = (alias_, sender);
        proof = proofOf(address(desk), s);
        (proof.ciphertext[0], proof.deadline) = (ciphertext, deadline);
        ideal[Circuit.Solvency].prove(statementOf(address(desk), s, proof.ciphertext, deadline));
    }

    /// @dev Nothing but initial and maintenance margin: between them lies no claim of either.
    function testBetweenTheMarginsIsNoMargin() external {
        authorise(1_000);
        uint16[4] memory wrong = [uint16(8_001), 9_999, 10_001, 0];
        for (uint256 i = 0; i < 4; i++) {
            SolvencyProof memory proof = proofOf(address(desk), shown(wrong[i], true, 1_000, 0));
            vm.startPrank(ALICE);
            vm.expectRevert(abi.encodeWithSelector(ILine.BadCoverage.selector, wrong[i]));
            desk.prove(proof);
            vm.expectRevert(abi.encodeWithSelector(ILine.BadCoverage.selector, wrong[i]));
            desk.authorise(proof);
            vm.stopPrank();
        }
    }

    /// @dev What a committee may open is the last proof's.
    function testTheLastCiphertextIsKept() external {
        authorise(1_000);
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 1_000, 0));
        vm.prank(ALICE);
        desk.prove(proof);
        vm.assertEq(desk.lineOf(ALIAS).ciphertext, keccak256(abi.encode(proof.ciphertext)));
    }

    /// @dev The same root and table again, after the route stood still: validity is what it was, and so is the grace.
    function testAProofThatExtendsNothingTakesNoGraceAway() external {
        authorise(1_000);
        uint256 end = START + EPOCH + OVERLAP + GRACE;
        roots.setStalled(2 hours);
        vm.assertEq(desk.graceEnd(ALIAS), end + 2 hours);
        refresh(8_000, 1_000, 0);
        vm.assertEq(desk.lineOf(ALIAS).validUntil, START + EPOCH + OVERLAP);
        vm.assertEq(desk.graceEnd(ALIAS), end + 2 hours);
    }

    /// @dev Close-out proves a line of another chain by this storage slot.
    function testLinesStandAtTheirSlot() external {
        authorise(1_000);
        Line memory s = desk.lineOf(ALIAS);
        bytes32 first = vm.load(address(desk), keccak256(abi.encode(ALIAS, LINES)));
        uint256 expected = uint256(s.status) | (uint256(uint160(s.operator)) << 8) | (uint256(s.validUntil) << 168)
            | (uint256(s.booked) << 216);
        vm.assertEq(uint256(first), expected);
    }

    // ── default ────────────────────────────────────────────────────────────────────────────────────────────────────

    function testFinalHappensOnce() external {
        authorise(1_000);
        draw(500e6);
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        desk.lapse(ALIAS);
        skip(NOTICE);
        desk.declareDefault(ALIAS);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.declareDefault(ALIAS);
        vm.expectPartialRevert(ILine.WrongStatus.selector);
        desk.lapse(ALIAS);
    }

    // ── configuration ──────────────────────────────────────────────────────────────────────────────────────────────

    function testDesksThatMakeNoSense() external {
        DeskTerms memory terms = DeskTerms(address(usd), 1e6, 1_000, 5e6, 5_000e6, 1 days);
        LineConfig memory c = config();
        c.creditSerial = 0;
        refuse(c, terms);
        c.creditSerial = type(uint16).max;
        refuse(c, terms);
        c = config();
        c.committee = 0;
        refuse(c, terms);
        c.committee = Protocol.FIELD;
        refuse(c, terms);
        c = config();
        c.times.validity = 0;
        refuse(c, terms);
        c = config();
        terms.unit = 0;
        refuse(c, terms);
        terms.unit = 1;
        terms.asset = address(0x1234);
        refuse(c, terms);
        // The last of each that makes sense.
        terms.asset = address(usd);
        (c.creditSerial, c.committee, c.times.validity) = (type(uint16).max - 1, Protocol.FIELD - 1, 1);
        new CreditDesk(ISSUER, c, terms, OWNER);
    }

    function refuse(LineConfig memory c, DeskTerms memory terms) private {
        vm.expectRevert(ILine.BadConfiguration.selector);
        new CreditDesk(ISSUER, c, terms, OWNER);
    }
}
