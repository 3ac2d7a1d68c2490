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
///         Debts double in a day, so that interest breaks a line within one run if anything lets it.
contract Mover is Lines {
    using Signals for ExitSignals;
    using Signals for ReceiveSignals;
    using Signals for SpendSignals;

    uint256 internal constant EXITS = 0xe417;
    uint256 internal constant UNIT = 1e6;
    uint256 internal constant WINDOW_LOTS = 500;
    /// @dev Basis points a year: as much again every day.
    uint32 internal constant INTEREST = 365 * 10_000;

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
    /// @dev Lots · seconds of a day that the queue was ahead of the window at most, and is now.
    uint256 public burst;
    uint256 private _leastAhead;
    uint256[] public states;
    uint256[] public nullifiers;
    uint256 public accepted;
    /// @dev Exits in the order they were accepted.
    uint256[] public exits;
    ExitSignals[] private _taken;
    /// @dev Every alias there ever was, and which three of them move. Of each: drawn less repaid, until when its debt must
    ///      stay within its line, and the line after the last move.
    uint256[] public names;
    uint256[3] private _moving;
    mapping(uint256 name => int256) public principal;
    mapping(uint256 name => uint256) public bearsUntil;
    mapping(uint256 name => Line) private _last;
    /// @dev Whether anything of a line fell, or a line that ended changed.
    bool public fell;
    /// @dev How often what is rare happened.
    uint256 public lapses;
    uint256 public finals;
    uint256 public closes;
    uint256 public waits;
    uint256 private _count = 1e6;

    /// @dev Compares every line with what it was after the move before. Here and not in an invariant, whose own writes
    ///      are undone.
    modifier watched() {
        _;
        for (uint256 i = 0; i < names.length; i++) {
            Line memory now_ = desk.lineOf(names[i]);
            Line storage then = _last[names[i]];
            if (now_.booked < then.booked || now_.released < then.released || now_.received < then.received) {
                fell = true;
            }
            if (now_.validUntil < then.validUntil || now_.released > now_.booked) fell = true;
            if (uint8(then.status) > uint8(Status.Open) && now_.status != then.status) fell = true;
            _last[names[i]] = now_;
        }
    }

    constructor() {
        setUpLines();
        roots.set(REGISTRY, RootSlot.EXITS, EXITS, START);
        (btc, usd) = (new Token(8), new Token(6));
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = Instrument(address(btc), uint128(UNIT), 1, 100_000, uint40(WINDOW_LOTS));
        vault = new CollateralVault(7, verifiers, roots, REGISTRY, 1 days, listed);
        desk = new CreditDesk(
            ISSUER, config(), DeskTerms(address(usd), 1e6, INTEREST, 1e6, 5_000e6, 1 days), address(this)
        );
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
        _leastAhead = START * WINDOW_LOTS;
        for (uint256 i = 0; i < 3; i++) {
            rename(i);
        }
    }

    /// @dev Another alias moves at a place, now that the one there ended.
    function rename(uint256 place) private {
        _moving[place] = names.length;
        names.push(fresh());
    }

    function fresh() private returns (uint256) {
        return ++_count;
    }

    // ── time ───────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Minutes as a rule, at times most of a day, so that debts outgrow lines, and at times all that grace and notice
    ///      last.
    function wait(uint256 secs) external {
        skip(secs % 11 == 0 ? 4 days : secs % 7 == 0 ? bound(secs, 1, 26 hours) : bound(secs, 1, 40 minutes));
        if (secs % 3 != 0) publish(fresh());
        if (secs % 5 != 0) root(ACCOUNTS);
    }

    // ── vault ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function deposit(uint256 lots) external {
        lots = bound(lots, 1, 2_000);
        vault.deposit(1, lots, fresh());
        deposited += lots;
    }

    function exit(uint256 lots) external {
        ExitSignals memory s = ExitSignals(EXITS, fresh(), (7 << 16) | 1, bound(lots, 1, 3_000), 0xbeef, 0);
        s.context = contextOf(address(vault), address(0xbeef), DEADLINE);
        ideal[Circuit.Exit].prove(s.encode());
        vault.exit(Tier.T, s, noProof, DEADLINE);
        _taken.push(s);
        payouts++;
    }

    /// @dev An exit of any time before, shown again.
    function exitAgain(uint256 which) external {
        which = bound(which, 0, _taken.length - 1);
        vault.exit(Tier.T, _taken[which], noProof, DEADLINE);
        payouts += 1e9;
    }

    function claim(uint256 which) external {
        which = bound(which, 0, payouts - 1);
        uint256 before = btc.balanceOf(address(0xbeef));
        uint256 lots = vault.queueAt(1).released;
        vault.claim(which, address(0xbeef));
        paid += (btc.balanceOf(address(0xbeef)) - before) / UNIT;
        if (vault.payoutAt(which).paid != vault.payoutAt(which).lots) waits++;
        look(lots, vault.queueAt(1).released);
    }

    /// @dev How far released lots are ahead of even refilling: its growth since any time before is what left in a burst.
    function look(uint256 before, uint256 released) private {
        uint256 even = block.timestamp * WINDOW_LOTS;
        uint256 ahead = before * 1 days + 2 * START * WINDOW_LOTS - even;
        if (ahead < _leastAhead) _leastAhead = ahead;
        uint256 grown = released * 1 days + 2 * START * WINDOW_LOTS - even - _leastAhead;
        if (grown > burst) burst = grown;
    }

    // ── desk ───────────────────────────────────────────────────────────────────────────────────────────────────────

    function show(uint256 who, uint256 booked, uint256 released, uint256 how) external watched {
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

    /// @dev A good deal of what the line bears, or anything.
    function draw(uint256 who, uint256 amount) external watched {
        uint256 name = aliasAt(who);
        amount = bound(amount, 1, amount % 2 == 0 ? 700e6 : 1e6 + desk.usableLots(name) * 1e6);
        desk.draw(name, amount, address(this));
        principal[name] += int256(amount);
        bears(name);
    }

    function repay(uint256 who, uint256 amount) external watched {
        uint256 name = aliasAt(who);
        principal[name] -= int256(desk.repay(name, bound(amount, 1, 2_000e6)));
        // Interest of interest from now on: by a small repayment the debt may need more than what was set aside for it.
        uint256 left = bearsUntil[name] > block.timestamp ? bearsUntil[name] - block.timestamp : 0;
        if (desk.owed(name) * (1 days + left) / 1 days + 1 > desk.usableLots(name) * 1e6) bearsUntil[name] = 0;
    }

    function release(uint256 who, uint256 lots) external watched {
        uint256 name = aliasAt(who);
        desk.release(name, lots % 4 == 0 ? desk.usableLots(name) : bound(lots, 1, 400));
        bears(name);
    }

    /// @dev What a draw or release leaves must be borne until then, whatever is proven later.
    function bears(uint256 name) private {
        uint256 validUntil = desk.lineOf(name).validUntil;
        bearsUntil[name] = (validUntil > block.timestamp ? validUntil : block.timestamp) + GRACE + STALL;
    }

    function close(uint256 who) external watched {
        desk.close(aliasAt(who));
        closes++;
        if (who % 8 != 7) rename(who % 3);
    }

    function lapse(uint256 who) external watched {
        desk.lapse(aliasAt(who));
        lapses++;
    }

    function declareDefault(uint256 who) external watched {
        desk.declareDefault(aliasAt(who));
        finals++;
        if (who % 8 != 7) rename(who % 3);
    }

    function fund(uint256 amount) external {
        amount = bound(amount, 1, 1_000e6);
        desk.fund(amount);
        funded += amount;
    }

    function withdraw(uint256 amount) external {
        amount = bound(amount, 1, 1_000e6);
        desk.withdraw(amount);
        funded -= amount;
    }

    /// @dev One of the three that move, and at times one of all that ever did.
    function aliasAt(uint256 who) public view returns (uint256) {
        return who % 8 == 7 ? names[(who >> 3) % names.length] : names[_moving[who % 3]];
    }

    function nameCount() external view returns (uint256) {
        return names.length;
    }

    // ── registry ───────────────────────────────────────────────────────────────────────────────────────────────────

    function open() external {
        (ReceiveSignals memory s,) = receiving(0, fresh());
        s.openingNullifier = fresh();
        registry.open(Tier.T, proven(s), noProof, DEADLINE);
        took(s);
        states.push(s.newCommitment);
    }

    function receiveNotes(uint256 slot, uint256 stale, uint256 again) external {
        slot = bound(slot, 0, states.length - 1);
        (ReceiveSignals memory s,) = receiving(stale % 4 == 0 ? fresh() : states[slot], fresh());
        // At times a nullifier of an earlier receive.
        if (again % 3 == 0 && nullifiers.length > 0) s.nullifiers[again % 2] = nullifiers[again % nullifiers.length];
        registry.receiveNotes(slot, proven(s), noProof, DEADLINE);
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
    GrowingTree.Tree private states;

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

    /// @dev Between any two times no more than a window at once and what refilled between them, to the second.
    function invariant_P3_outflow() external view {
        vm.assertLe(mover.burst(), 500 * 1 days, "P3");
    }

    function invariant_P4_debtWithinTheLine() external view {
        CreditDesk desk = mover.desk();
        for (uint256 i = 0; i < mover.nameCount(); i++) {
            uint256 name = mover.names(i);
            if (block.timestamp > mover.bearsUntil(name)) continue;
            vm.assertLe(desk.owed(name), desk.usableLots(name) * 1e6, "P4");
        }
    }

    function invariant_P5_lines() external view {
        vm.assertFalse(mover.fell());
    }

    /// @dev To the unit, and interest apart: what is lent is owed.
    function invariant_P6_lendersMoney() external view {
        int256 lent = 0;
        for (uint256 i = 0; i < mover.nameCount(); i++) {
            uint256 name = mover.names(i);
            lent += mover.principal(name);
            vm.assertTrue(int256(mover.desk().owed(name)) >= mover.principal(name), "P6 owed");
        }
        vm.assertTrue(
            int256(mover.usd().balanceOf(address(mover.desk()))) + lent == int256(mover.funded()), "P6 balance"
        );
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

    function invariant_P8_currentStates() external {
        AccountRegistry registry = mover.registry();
        vm.assertEq(registry.slots(), mover.stateCount());
        for (uint256 i = 0; i < mover.stateCount(); i++) {
            vm.assertEq(registry.commitmentAt(i), mover.states(i), "P8");
        }
        uint256 root = 0;
        for (uint256 i = 0; i < mover.stateCount(); i++) {
            (, root) = states.add(mover.states(i), Protocol.TREE_DEPTH);
        }
        vm.assertEq(registry.currentRoot(RootSlot.ACCOUNTS), root, "P8 root");
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

    /// @dev The horizon: one walk of the same moves is long enough for each of the rare ends, several times, and the
    ///      properties hold after it. What never happens in a walk is tested by none.
    function testALongWalkComesToEveryEnd() external {
        bytes4[18] memory moves = [
            Mover.wait.selector,
            Mover.wait.selector,
            Mover.deposit.selector,
            Mover.exit.selector,
            Mover.exitAgain.selector,
            Mover.claim.selector,
            Mover.show.selector,
            Mover.show.selector,
            Mover.draw.selector,
            Mover.repay.selector,
            Mover.release.selector,
            Mover.close.selector,
            Mover.lapse.selector,
            Mover.declareDefault.selector,
            Mover.open.selector,
            Mover.receiveNotes.selector,
            Mover.spend.selector,
            Mover.addExits.selector
        ];
        uint256 seed = 20_261_120;
        for (uint256 i = 0; i < 6_000; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            (bool ok,) = address(mover)
                .call(abi.encodeWithSelector(moves[seed % 18], seed >> 8, seed >> 72, (seed >> 136) % 2, seed >> 200));
            ok;
        }
        vm.assertTrue(mover.lapses() > 5 && mover.finals() > 2 && mover.closes() > 2, "lines end");
        vm.assertTrue(mover.waits() > 5, "payouts wait");
        this.invariant_P1_P2_collateral();
        this.invariant_P3_outflow();
        this.invariant_P4_debtWithinTheLine();
        this.invariant_P5_lines();
        this.invariant_P6_lendersMoney();
        this.invariant_P8_currentStates();
        this.invariant_P13_exitsInOrder();
    }
}
