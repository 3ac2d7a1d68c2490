// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {AccountRegistry} from "contracts/AccountRegistry.sol";
import {CollateralVault} from "contracts/CollateralVault.sol";
import {CreditDesk} from "contracts/CreditDesk.sol";
import {IssuerNotes} from "contracts/IssuerNotes.sol";
import {
    Circuit,
    ExitSignals,
    ReceiveSignals,
    SpendSignals,
    Protocol,
    Signals,
    Tier
} from "contracts/generated/Protocol.sol";
import {Instrument, Payout} from "contracts/interfaces/ICollateralVault.sol";
import {DeskTerms} from "contracts/interfaces/ICreditDesk.sol";
import {Issuer} from "contracts/interfaces/IIssuerNotes.sol";
import {Line, SolvencyProof, Status} from "contracts/interfaces/ILine.sol";
import {GrowingTree} from "contracts/lib/GrowingTree.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Lines} from "./support/Lines.sol";
import {Token} from "./support/Tokens.sol";

/// @notice Random moves of a trader with many aliases, accounts and exits. It proves whatever it likes of itself, as if
///         every account was covered, so that only the contracts hold it back; and it keeps its own books to compare.
contract Mover is Lines {
    using Signals for ExitSignals;
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;

    uint256 internal constant EXITS = 0xe417;
    uint256 internal constant UNIT = 1e6;

    Token public btc;
    Token public usd;
    CollateralVault public vault;
    CreditDesk public desk;
    IssuerNotes public notes;
    AccountRegistry public registry;

    // The mover's own books.
    uint256 public deposited;
    uint256 public paid;
    uint256 public payouts;
    uint256 public funded;
    uint256 public firstMove;
    uint256[] public states;
    uint256[] public nullifiers;
    uint256 public accepted;
    /// @dev Exits in the order they were accepted.
    uint256[] public exits;
    mapping(uint256 => Line) internal last;
    uint256 private _count = 1e6;

    constructor() {
        setUpLines();
        roots.set(REGISTRY, RootSlot.EXITS, EXITS, START);
        (btc, usd) = (new Token(8), new Token(6));
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = Instrument(address(btc), uint128(UNIT), 1, 100_000, 500);
        vault = new CollateralVault(7, verifiers, roots, REGISTRY, 1 days, listed);
        desk =
            new CreditDesk(ISSUER, config(), DeskTerms(address(usd), 1e6, 1_000, 1e6, 5_000e6, 1 days), address(this));
        Issuer[] memory issuers = new Issuer[](1);
        issuers[0] = Issuer(7, roots, address(vault));
        notes = new IssuerNotes(issuers, 1 days);
        registry = new AccountRegistry(verifiers, table, notes, 60, address(this));
        btc.mint(address(this), 1e30);
        usd.mint(address(this), 1e30);
        btc.approve(address(vault), type(uint256).max);
        usd.approve(address(desk), type(uint256).max);
        funded = 50_000e6;
        desk.fund(funded);
        firstMove = block.timestamp;
    }

    function fresh() private returns (uint256) {
        return ++_count;
    }

    // ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function wait(uint256 secs) external {
        skip(secs % 11 == 0 ? 4 days : bound(secs, 1, 40 minutes));
        if (secs % 3 != 0) publish(fresh());
        if (secs % 5 != 0) root(ACCOUNTS);
    }

    // ── vault ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function deposit(uint256 lots) external {
        lots = bound(lots, 1, 2_000);
        vault.deposit(1, lots, fresh());
        deposited += lots;
    }

    function exit(uint256 lots, bool replay) external {
        ExitSignals memory s = ExitSignals(EXITS, fresh(), (7 << 16) | 1, bound(lots, 1, 3_000), 0xbeef, 0);
        s.context = contextOf(address(vault), address(0xbeef), DEADLINE);
        ideal[Circuit.Exit].prove(s.encode());
        vault.exit(Tier.T, s, noProof, DEADLINE);
        payouts++;
        if (!replay) return;
        try vault.exit(Tier.T, s, noProof, DEADLINE) {
            payouts += 1e9;
        } catch {}
    }

    function claim(uint256 which) external {
        which = bound(which, 0, payouts - 1);
        uint256 before = btc.balanceOf(address(0xbeef));
        vault.claim(which, address(0xbeef));
        paid += (btc.balanceOf(address(0xbeef)) - before) / UNIT;
    }

    // ── desk ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function show(uint256 who, uint256 booked, uint256 released, uint256 how) external {
        bool opens = how % 4 == 0 || desk.lineOf(aliasAt(who)).status == Status.None;
        Shown memory s = shown(
            opens || how % 2 == 0 ? 10_000 : 8_000,
            opens,
            uint40(bound(booked, 0, 3_000)),
            uint40(bound(released, 0, 3_000))
        );
        s.alias_ = aliasAt(who);
        s.sender = address(this);
        SolvencyProof memory proof = proofOf(address(desk), s);
        if (s.withSpendKey) desk.authorise(proof);
        else desk.prove(proof);
    }

    function draw(uint256 who, uint256 amount) external {
        desk.draw(aliasAt(who), bound(amount, 1, 700e6), address(this));
    }

    function repay(uint256 who, uint256 amount) external {
        desk.repay(aliasAt(who), bound(amount, 1, 2_000e6));
    }

    function release(uint256 who, uint256 lots) external {
        desk.release(aliasAt(who), bound(lots, 1, 400));
    }

    function close(uint256 who) external {
        desk.close(aliasAt(who));
    }

    function lapse(uint256 who) external {
        desk.lapse(aliasAt(who));
    }

    function declareDefault(uint256 who) external {
        desk.declareDefault(aliasAt(who));
    }

    function aliasAt(uint256 who) public pure returns (uint256) {
        return 0xa11a50 + who % 3;
    }

    /// @dev Compares every line with what it was at the last look.
    function linesOnlyGrow() external returns (bool) {
        for (uint256 i = 0; i < 3; i++) {
            Line memory now_ = desk.lineOf(aliasAt(i));
            Line memory then = last[i];
            if (now_.booked < then.booked || now_.released < then.released || now_.received < then.received) return false;
            if (uint8(then.status) > uint8(Status.Open) && now_.status != then.status) return false;
            if (now_.released > now_.booked) return false;
            last[i] = now_;
        }
        return true;
    }

    // ── registry ───────────────────────────────────────────────────────────────────────────────────────────────────

    function open() external {
        (ReceiveSignals memory s,) = receiving(0, fresh());
        s.openingNullifier = fresh();
        registry.open(Tier.T, proven(s), noProof, DEADLINE);
        took(s);
        states.push(s.newCommitment);
    }

    function receive(uint256 slot, uint256 stale, uint256 again) external {
        slot = bound(slot, 0, states.length - 1);
        (ReceiveSignals memory s,) = receiving(stale % 4 == 0 ? fresh() : states[slot], fresh());
        // At times a nullifier of an earlier receive.
        if (again % 3 == 0 && nullifiers.length > 0) s.nullifiers[again % 2] = nullifiers[again % nullifiers.length];
        registry.receive(slot, proven(s), noProof, DEADLINE);
        took(s);
        states[slot] = s.newCommitment;
    }

    function spend(uint256 slot, uint256 stale, bool exits_) external {
        slot = bound(slot, 0, states.length - 1);
        SpendSignals memory s;
        (s.oldCommitment, s.newCommitment) = (stale % 4 == 0 ? fresh() : states[slot], fresh());
        (s.tableRoot, s.claim, s.cipher) = (table.newestRoot(), 10_000 | 1 << 14, new uint256[](2));
        if (exits_) s.exitLeaf = fresh();
        s.context = contextOf(address(registry), address(this), DEADLINE);
        ideal[Circuit.Spend].prove(s.encode(Tier.T));
        registry.spend(slot, true, s, noProof, DEADLINE);
        states[slot] = s.newCommitment;
        if (exits_) exits.push(s.exitLeaf);
    }

    function addExits(uint256 most) external {
        registry.addExits(most % 5 == 0 ? most : bound(most, 0, 3));
    }

    function receiving(uint256 from, uint256 to) private returns (ReceiveSignals memory s, bool) {
        (s.oldCommitment, s.newCommitment, s.notesRoot) = (from, to, notes.notesRoot());
        (s.nullifiers, s.cipher) = (new uint256[](2), new uint256[](2));
        (s.nullifiers[0], s.nullifiers[1]) = (fresh(), fresh());
        return (s, true);
    }

    function proven(ReceiveSignals memory s) private returns (ReceiveSignals memory) {
        s.context = contextOf(address(registry), address(this), DEADLINE);
        ideal[Circuit.Receive].prove(s.encode(Tier.T));
        return s;
    }

    function took(ReceiveSignals memory s) private {
        nullifiers.push(s.nullifiers[0]);
        nullifiers.push(s.nullifiers[1]);
        accepted += 2;
    }

    function nullifierCount() external view returns (uint256) {
        return nullifiers.length;
    }

    function exitCount() external view returns (uint256) {
        return exits.length;
    }

    function stateCount() external view returns (uint256) {
        return states.length;
    }
}

contract InvariantsTest is Lines {
    using GrowingTree for GrowingTree.Tree;

    Mover private mover;
    GrowingTree.Tree private exits;

    function setUp() external {
        vm.warp(START);
        mover = new Mover();
    }

    function targetContracts() external view returns (address[] memory) {
        return one(address(mover));
    }

    function invariant_P1_P2_collateral() external view {
        CollateralVault vault = mover.vault();
        uint256 due = 0;
        for (uint256 i = 0; i < mover.payouts(); i++) {
            Payout memory payout = vault.payoutAt(i);
            vm.assertLe(payout.paid, payout.lots, "P1");
            due += payout.lots - payout.paid;
        }
        vm.assertEq(mover.paid() + due + vault.heldLots(1), mover.deposited(), "P2");
        vm.assertEq(mover.btc().balanceOf(address(vault)), (due + vault.heldLots(1)) * 1e6, "P2 balance");
    }

    function invariant_P3_outflow() external view {
        uint256 windows = (block.timestamp - mover.firstMove()) * 500 / 1 days + 1;
        vm.assertLe(mover.paid(), 500 + windows, "P3");
    }

    function invariant_P4_debtWithinTheLine() external view {
        CreditDesk desk = mover.desk();
        for (uint256 i = 0; i < 3; i++) {
            uint256 name = mover.aliasAt(i);
            // Beyond validity, grace and the longest stall interest may outrun the line: the line has lapsed by then.
            if (block.timestamp > desk.lineOf(name).validUntil + GRACE + STALL) continue;
            vm.assertLe(desk.owed(name), desk.usableLots(name) * 1e6, "P4");
        }
    }

    function invariant_P5_lines() external {
        vm.assertTrue(mover.linesOnlyGrow(), "P5");
    }

    function invariant_P6_lendersMoney() external view {
        CreditDesk desk = mover.desk();
        uint256 owed = 0;
        for (uint256 i = 0; i < 3; i++) {
            owed += desk.owed(mover.aliasAt(i));
        }
        vm.assertTrue(mover.usd().balanceOf(address(desk)) + owed >= mover.funded(), "P6");
    }

    function invariant_P7_nullifiers() external view {
        vm.assertEq(mover.accepted(), mover.nullifierCount());
        for (uint256 i = 0; i < mover.nullifierCount(); i++) {
            uint256 nullifier = mover.nullifiers(i);
            vm.assertTrue(mover.registry().isSpent(nullifier), "P7 recorded");
            for (uint256 j = 0; j < i; j++) {
                vm.assertTrue(mover.nullifiers(j) != nullifier, "P7 twice");
            }
        }
    }

    function invariant_P8_currentStates() external view {
        AccountRegistry registry = mover.registry();
        vm.assertEq(registry.slots(), mover.stateCount());
        for (uint256 i = 0; i < mover.stateCount(); i++) {
            vm.assertEq(registry.commitmentAt(i), mover.states(i), "P8");
        }
        uint256 root = registry.currentRoot(RootSlot.ACCOUNTS);
        if (mover.stateCount() > 0) vm.assertEq(registry.rootTime(RootSlot.ACCOUNTS, root), block.timestamp);
    }

    /// @dev The exits tree is that of the first accepted exits, one by one, and the rest wait.
    function invariant_P13_exitsInOrder() external {
        AccountRegistry registry = mover.registry();
        uint256 count = mover.exitCount() - registry.queuedExits();
        uint256 root = 0;
        for (uint256 i = 0; i < count; i++) {
            (, root) = exits.add(mover.exits(i), Protocol.TREE_DEPTH);
        }
        vm.assertEq(registry.currentRoot(RootSlot.EXITS), root, "P13");
    }
}
