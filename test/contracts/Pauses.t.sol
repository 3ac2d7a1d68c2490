// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {AccountRegistry} from "contracts/AccountRegistry.sol";
import {CollateralVault} from "contracts/CollateralVault.sol";
import {CreditDesk} from "contracts/CreditDesk.sol";
import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {VenueOutbox} from "contracts/VenueOutbox.sol";
import {Circuit, ExitSignals, ReceiveSignals, SpendSignals, Signals, Tier} from "contracts/generated/Protocol.sol";
import {IAccountRegistry} from "contracts/interfaces/IAccountRegistry.sol";
import {Instrument} from "contracts/interfaces/ICollateralVault.sol";
import {DeskTerms} from "contracts/interfaces/ICreditDesk.sol";
import {Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {Epoch} from "contracts/interfaces/IRiskTable.sol";
import {ILine, SolvencyProof, Status} from "contracts/interfaces/ILine.sol";
import {Posting} from "contracts/interfaces/IVenueOutbox.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Lines} from "./support/Lines.sol";
import {Token} from "./support/Tokens.sol";

/// @notice Everything that can be paused is, by guardians and by a price move at once: what pauses must never stop goes
///         on, function by function.
contract PausesTest is Lines {
    using Signals for ExitSignals;
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;

    uint256 private constant EXITS = 0xe417;
    address private constant ENGINE = address(0xE9);

    Token private btc;
    Token private usd;
    CollateralVault private vault;
    CreditDesk private desk;
    VenueOutbox private venue;
    IssuerNotes private notes;
    AccountRegistry private registry;
    uint256 private _serial = 1e6;

    /// @dev Alice has an account, an exit that waits, a line and a debt at the desk, and a line at the venue.
    function setUp() external {
        setUpLines();
        roots.set(REGISTRY, RootSlot.EXITS, EXITS, START);
        (btc, usd) = (new Token(8), new Token(6));
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = Instrument(address(btc), 1e6, 1, 100_000, 1_000);
        vault = new CollateralVault(7, verifiers, roots, REGISTRY, 1 days, listed);
        desk = new CreditDesk(ISSUER, config(), DeskTerms(address(usd), 1e6, 1_000, 5e6, 5_000e6, 1 days), OWNER);
        venue = new VenueOutbox(ISSUER, config(), 2, 60, ENGINE, OWNER);
        Issuer[] memory issuers = new Issuer[](1);
        issuers[0] = Issuer(7, roots, address(vault));
        notes = new IssuerNotes(issuers, 1 days);
        registry = new AccountRegistry(verifiers, table, notes, 60, OWNER);

        for (uint256 i = 0; i < 2; i++) {
            usd.mint(i == 0 ? OWNER : ALICE, 1e12);
        }
        btc.mint(ALICE, 1e12);
        vm.startPrank(OWNER);
        usd.approve(address(desk), type(uint256).max);
        desk.fund(100_000e6);
        desk.setGuardian(GUARDIAN);
        venue.setGuardian(GUARDIAN);
        registry.setGuardian(GUARDIAN);
        vm.stopPrank();

        ReceiveSignals memory opening = receiving(0, 11);
        SpendSignals memory leaving = spending(11, 12, false);
        SolvencyProof memory atDesk = proofOf(address(desk), shown(10_000, true, 2_000, 0));
        SolvencyProof memory atVenue = proofOf(address(venue), shown(10_000, true, 100, 0));
        vm.startPrank(ALICE);
        usd.approve(address(desk), type(uint256).max);
        btc.approve(address(vault), type(uint256).max);
        vault.deposit(1, 500, 5);
        registry.open(Tier.T, opening, noProof, DEADLINE);
        registry.spend(0, false, leaving, noProof, DEADLINE);
        desk.authorise(atDesk);
        desk.draw(ALIAS, 1_000e6, ALICE);
        venue.authorise(atVenue);
        vm.stopPrank();

        skip(60);
        publishMove(TABLE + 1, 99_999);
        root(ACCOUNTS);
        vm.startPrank(GUARDIAN);
        table.pause();
        registry.pause();
        desk.pause();
        venue.pause();
        vm.stopPrank();
    }

    function receiving(uint256 from, uint256 to) private returns (ReceiveSignals memory s) {
        (s.oldCommitment, s.newCommitment, s.notesRoot) = (from, to, notes.notesRoot());
        (s.nullifiers, s.cipher) = (new uint256[](2), new uint256[](2));
        (s.nullifiers[0], s.nullifiers[1]) = (++_serial, ++_serial);
        if (from == 0) s.openingNullifier = ++_serial;
        s.context = contextOf(address(registry), ALICE, DEADLINE);
        ideal[Circuit.Receive].prove(s.encode(Tier.T));
    }

    function spending(uint256 from, uint256 to, bool onAnyTable) private returns (SpendSignals memory s) {
        (s.oldCommitment, s.newCommitment, s.tableRoot) = (from, to, table.newestRoot());
        (s.exitLeaf, s.cipher) = (++_serial, new uint256[](2));
        s.claim = 10_000 | (onAnyTable ? uint256(1) << 14 : 0);
        s.context = contextOf(address(registry), ALICE, DEADLINE);
        ideal[Circuit.Spend].prove(s.encode(Tier.T));
    }

    function exit() private returns (uint256) {
        ExitSignals memory s = ExitSignals(EXITS, ++_serial, (7 << 16) | 1, 100, uint160(BOB), 0);
        s.context = contextOf(address(vault), BOB, DEADLINE);
        ideal[Circuit.Exit].prove(s.encode());
        return vault.exit(Tier.T, s, noProof, DEADLINE);
    }

    // ── what stands still ──────────────────────────────────────────────────────────────────────────────────────────

    function testDrawStandsStill() external {
        vm.expectRevert(ILine.DrawsPaused.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
    }

    function testSpendStandsStill() external {
        SpendSignals memory s = spending(12, 13, false);
        vm.expectRevert(IAccountRegistry.SpendingPaused.selector);
        vm.prank(ALICE);
        registry.spend(0, false, s, noProof, DEADLINE);
    }

    // ── what goes on ───────────────────────────────────────────────────────────────────────────────────────────────

    function testOpen() external {
        ReceiveSignals memory s = receiving(0, 21);
        vm.prank(ALICE);
        vm.assertEq(registry.open(Tier.T, s, noProof, DEADLINE), 1);
    }

    function testReceive() external {
        ReceiveSignals memory s = receiving(12, 13);
        vm.prank(ALICE);
        registry.receiveNotes(0, s, noProof, DEADLINE);
        vm.assertEq(registry.commitmentAt(0), 13);
    }

    function testSpendThatIsRightOnAnyTable() external {
        SpendSignals memory s = spending(12, 13, true);
        vm.prank(ALICE);
        registry.spend(0, true, s, noProof, DEADLINE);
        vm.assertEq(registry.commitmentAt(0), 13);
    }

    function testAddExits() external {
        registry.addExits(1);
        vm.assertEq(registry.queuedExits(), 0);
    }

    function testJoin() external {
        roots.set(address(vault), RootSlot.NOTES, 99, block.timestamp);
        notes.join(7);
        vm.assertEq(notes.issuerRoot(7), 99);
    }

    function testDeposit() external {
        vm.prank(ALICE);
        vault.deposit(1, 10, 5);
        vm.assertEq(vault.heldLots(1), 510);
    }

    function testExitAndClaim() external {
        vault.claim(exit(), BOB);
        vm.assertEq(btc.balanceOf(BOB), 100e6);
    }

    /// @dev What came by the route from below the conflict is still good.
    function testExitWhileTheRouteIsFrozen() external {
        roots.setFrozen(true);
        vault.claim(exit(), BOB);
        vm.assertEq(btc.balanceOf(BOB), 100e6);
    }

    function testAuthorise() external {
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, 3_000, 0));
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.assertEq(desk.lineOf(ALIAS).booked, 3_000);
    }

    function testProve() external {
        uint256 before = desk.lineOf(ALIAS).validUntil;
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 2_000, 0));
        vm.prank(ALICE);
        desk.prove(proof);
        vm.assertTrue(desk.lineOf(ALIAS).validUntil > before);
    }

    function testProveAtTheVenue() external {
        SolvencyProof memory proof = proofOf(address(venue), shown(8_000, false, 100, 0));
        vm.prank(ALICE);
        venue.prove(proof);
    }

    function testRepay() external {
        vm.prank(ALICE);
        vm.assertTrue(desk.repay(ALIAS, type(uint256).max) >= 1_000e6);
        vm.assertEq(desk.owed(ALIAS), 0);
    }

    function testRelease() external {
        vm.prank(ALICE);
        desk.release(ALIAS, 100);
        vm.assertEq(desk.lineOf(ALIAS).released, 100);
    }

    function testClose() external {
        vm.startPrank(ALICE);
        desk.repay(ALIAS, type(uint256).max);
        desk.release(ALIAS, 2_000);
        desk.close(ALIAS);
        vm.assertTrue(desk.lineOf(ALIAS).status == Status.Closed);
    }

    function testPostRecordsLosses() external {
        Posting[] memory list = new Posting[](1);
        list[0] = Posting(ALIAS, 10, 50, true);
        vm.prank(ENGINE);
        venue.post(0, 0xba7c4, list, "");
        vm.assertEq(venue.lineOf(ALIAS).released, 10);
    }

    function testSetNoteKey() external {
        vm.prank(ALICE);
        venue.setNoteKey(ALIAS, "key");
    }

    function testPublish() external {
        skip(60);
        publish(TABLE + 2);
        vm.assertEq(table.newestRoot(), TABLE + 2);
    }

    /// @dev A pause of draws is no reason why the lender should wait: its clocks run.
    function testLapseAndDefault() external {
        skip(EPOCH + OVERLAP + GRACE + STALL + 1);
        desk.lapse(ALIAS);
        skip(NOTICE);
        desk.declareDefault(ALIAS);
        vm.assertTrue(desk.lineOf(ALIAS).status == Status.Defaulted);
    }

    function testTheLenderWithdraws() external {
        vm.prank(OWNER);
        desk.withdraw(99_000e6);
    }

    function contradict() private {
        uint48 time = uint48(block.timestamp);
        Epoch memory first = Epoch(99, TABLE + 99, time, time + 60, 1);
        Epoch memory second = Epoch(99, TABLE + 98, time, time + 60, 1);
        table.challenge(1, first, signEpoch(table, first, 1, 3), second, signEpoch(table, second, 1, 3));
    }

    /// @dev Two signed tables of one number stop as little.
    function testContradictionStopsNoMoreThanAPause() external {
        vm.startPrank(OWNER);
        table.unpause();
        desk.unpause();
        vm.stopPrank();
        skip(60);
        publish(TABLE + 2);
        SolvencyProof memory proof = proofOf(address(desk), shown(8_000, false, 2_000, 0));
        contradict();
        vm.expectRevert(ILine.DrawsPaused.selector);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1, ALICE);
        vm.startPrank(ALICE);
        desk.prove(proof);
        desk.repay(ALIAS, 1e6);
        desk.release(ALIAS, 1);
        vm.stopPrank();
        skip(60);
        publish(TABLE + 3);
    }
}
