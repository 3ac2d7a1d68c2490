// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {CollateralVault} from "contracts/CollateralVault.sol";
import {Circuit, ExitSignals, Protocol, Signals, Tier} from "contracts/generated/Protocol.sol";
import {ICollateralVault, Instrument, Payout} from "contracts/interfaces/ICollateralVault.sol";
import {Proof} from "contracts/interfaces/IGroth16Verifier.sol";
import {IVerifiers} from "contracts/interfaces/IVerifiers.sol";
import {Leg, NoteLib} from "contracts/lib/NoteLib.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {StubRoots} from "./support/StubRoots.sol";
import {BlacklistToken, FeeToken, HookToken, SilentToken, Token} from "./support/Tokens.sol";
import {World} from "./support/World.sol";

contract CollateralVaultTest is World {
    using Signals for ExitSignals;

    address private constant REGISTRY = address(0x4E6);
    uint256 private constant EXITS = 0xe417;
    uint256 private constant WINDOW = 1 days;
    uint16 private constant PLAIN = 1;
    uint16 private constant FEE = 2;
    uint16 private constant BAN = 3;
    uint16 private constant SILENT = 4;
    uint16 private constant HOOK = 5;

    StubRoots private roots;
    CollateralVault private vault;
    Token private plain;
    FeeToken private fee;
    BlacklistToken private ban;
    SilentToken private silent;
    HookToken private hook;
    uint256 private deadline;
    uint256 private spentCount;

    function setUp() external {
        setUpWorld();
        roots = new StubRoots();
        roots.set(REGISTRY, RootSlot.EXITS, EXITS, START);
        (plain, fee, ban, silent, hook) =
        (new Token(8), new FeeToken(), new BlacklistToken(), new SilentToken(), new HookToken());
        Instrument[] memory listed = new Instrument[](5);
        listed[0] = Instrument(address(plain), 1e6, 10, 100_000, 1_000);
        listed[1] = Instrument(address(fee), 1e16, 1, 100_000, 1_000);
        listed[2] = Instrument(address(ban), 1e6, 1, 100_000, 1_000);
        listed[3] = Instrument(address(silent), 1, 1, 100_000, 1_000);
        listed[4] = Instrument(address(hook), 1e18, 1, 100_000, 1_000);
        vault = new CollateralVault(7, verifiers, roots, REGISTRY, WINDOW, listed);
        address[5] memory tokens = [address(plain), address(fee), address(ban), address(silent), address(hook)];
        for (uint256 i = 0; i < 5; i++) {
            Token(tokens[i]).mint(ALICE, 1e30);
            vm.prank(ALICE);
            SilentToken(tokens[i]).approve(address(vault), type(uint256).max);
        }
        deadline = START + 3650 days;
    }

    function deposit(uint16 serial, uint256 lots) private {
        vm.prank(ALICE);
        vault.deposit(serial, lots, 0xa11a5);
    }

    function exitSignals(uint16 serial, uint256 lots, address to) private returns (ExitSignals memory s) {
        s = ExitSignals(EXITS, ++spentCount, (7 << 16) | serial, lots, uint256(uint160(to)), 0);
    }

    function prove(ExitSignals memory s) private returns (ExitSignals memory) {
        s.context = contextOf(address(vault), address(uint160(s.recipient)), deadline);
        ideal[Circuit.Exit].prove(s.encode());
        return s;
    }

    function exit(uint16 serial, uint256 lots, address to) private returns (uint256) {
        ExitSignals memory s = prove(exitSignals(serial, lots, to));
        return vault.exit(Tier.T, s, noProof, deadline);
    }

    function testDepositIssuesItsNote() external {
        deposit(PLAIN, 25);
        vm.assertEq(plain.balanceOf(address(vault)), 25e6);
        Leg[] memory legs = new Leg[](1);
        legs[0] = Leg((7 << 16) | 1, 25);
        uint256 leaf = NoteLib.leaf(0xa11a5, legs, 1, 0);
        vm.assertEq(vault.currentRoot(RootSlot.NOTES), leaf);
        vm.assertEq(uint256(vm.load(address(vault), RootSlot.NOTES)), leaf);
        // Equal deposits are different notes.
        deposit(PLAIN, 25);
        vm.assertEq(vault.lastSerial(), 2);
        vm.assertTrue(vault.currentRoot(RootSlot.NOTES) != leaf);
    }

    function testDepositsThatAreRefused() external {
        vm.startPrank(ALICE);
        vm.expectPartialRevert(ICollateralVault.LotsOutOfRange.selector);
        vault.deposit(PLAIN, 9, 1);
        vm.expectPartialRevert(ICollateralVault.LotsOutOfRange.selector);
        vault.deposit(PLAIN, 100_001, 1);
        vm.expectPartialRevert(ICollateralVault.UnknownInstrument.selector);
        vault.deposit(6, 10, 1);
        vm.expectPartialRevert(ICollateralVault.UnknownInstrument.selector);
        vault.deposit(0, 10, 1);
        vm.expectPartialRevert(ICollateralVault.UnexpectedTransfer.selector);
        vault.deposit(FEE, 10, 1);
        vm.expectPartialRevert(NoteLib.NoteOutOfRange.selector);
        vault.deposit(PLAIN, 10, Protocol.FIELD);
        vm.expectPartialRevert(NoteLib.NoteOutOfRange.selector);
        vault.deposit(PLAIN, 10, 0);
        vault.deposit(PLAIN, 100_000, 1);
        vm.expectPartialRevert(ICollateralVault.LotsOutOfRange.selector);
        vault.deposit(PLAIN, 10, 1);
    }

    function testTokensThatReturnNothing() external {
        deposit(SILENT, 500);
        vault.claim(exit(SILENT, 500, BOB), BOB);
        vm.assertEq(silent.balanceOf(BOB), 500);
    }

    function testReentrantTokenIsRefused() external {
        hook.hook(address(vault), abi.encodeCall(vault.deposit, (HOOK, 1, 1)));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vm.prank(ALICE);
        vault.deposit(HOOK, 1, 1);
        hook.hook(address(0), "");
        deposit(HOOK, 5);
        uint256 payout = exit(HOOK, 5, BOB);
        hook.hook(address(vault), abi.encodeCall(vault.claim, (payout, BOB)));
        vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        vault.claim(payout, BOB);
    }

    function testExitPaysOnceAndNobodyElse() external {
        deposit(PLAIN, 100);
        ExitSignals memory s = prove(exitSignals(PLAIN, 40, BOB));
        uint256 payout = vault.exit(Tier.T, s, noProof, deadline);
        vm.expectPartialRevert(ICollateralVault.ExitSpent.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        s.spent += Protocol.FIELD;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vault.exit(Tier.T, s, noProof, deadline);

        vm.expectPartialRevert(ICollateralVault.NotRecipient.selector);
        vm.prank(ALICE);
        vault.claim(payout, ALICE);
        vm.prank(ALICE);
        vault.claim(payout, BOB);
        vm.assertEq(plain.balanceOf(BOB), 40e6);
        vm.expectPartialRevert(ICollateralVault.NothingPayable.selector);
        vault.claim(payout, BOB);
        vm.assertEq(vault.heldLots(PLAIN), 60);
    }

    /// @dev What is spent is the exit: not a proof of it, nor its path under one of many roots.
    function testSpentWhateverTheProofAndTheRoot() external {
        deposit(PLAIN, 100);
        ExitSignals memory s = prove(exitSignals(PLAIN, 40, BOB));
        vault.exit(Tier.T, s, noProof, deadline);
        Proof memory another;
        another.a[0] = 1;
        vm.expectPartialRevert(ICollateralVault.ExitSpent.selector);
        vault.exit(Tier.T, s, another, deadline);
        roots.set(REGISTRY, RootSlot.EXITS, EXITS + 1, START);
        s.exitsRoot = EXITS + 1;
        prove(s);
        vm.expectPartialRevert(ICollateralVault.ExitSpent.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        vm.expectPartialRevert(ICollateralVault.ExitSpent.selector);
        vault.exit(Tier.M, s, noProof, deadline);
    }

    function testForgedExits() external {
        deposit(PLAIN, 100);
        ExitSignals memory s = prove(exitSignals(PLAIN, 40, BOB));
        s.lots = 41;
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        s.lots = 40;
        s.recipient = uint160(ALICE);
        vm.expectPartialRevert(IVerifiers.InvalidProof.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        // An address in a number of more than 160 bits is another recipient.
        s.recipient = uint256(uint160(BOB)) | (1 << 160);
        vm.expectPartialRevert(ICollateralVault.NoAddress.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        s.recipient = uint160(BOB);
        s.exitsRoot = EXITS + 1;
        prove(s);
        vm.expectPartialRevert(ICollateralVault.UnknownExitsRoot.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        s.exitsRoot = EXITS;
        s.instrument = (8 << 16) | 1;
        prove(s);
        vm.expectPartialRevert(ICollateralVault.UnknownInstrument.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        s.instrument = (7 << 16) | 6;
        prove(s);
        vm.expectPartialRevert(ICollateralVault.UnknownInstrument.selector);
        vault.exit(Tier.T, s, noProof, deadline);
        s = prove(exitSignals(PLAIN, 101, BOB));
        vm.expectPartialRevert(ICollateralVault.MoreThanHeld.selector);
        vault.exit(Tier.T, s, noProof, deadline);
    }

    function testOldExitsRootsStayGood() external {
        deposit(PLAIN, 100);
        ExitSignals memory s = prove(exitSignals(PLAIN, 40, BOB));
        for (uint256 i = 1; i < 50; i++) {
            roots.set(REGISTRY, RootSlot.EXITS, EXITS + i, START);
        }
        vault.exit(Tier.T, s, noProof, deadline);
    }

    function testTheQueueWaitsAndLosesNothing() external {
        deposit(PLAIN, 5_000);
        uint256 first = exit(PLAIN, 1_500, BOB);
        uint256 second = exit(PLAIN, 500, ALICE);
        uint256 before = plain.balanceOf(ALICE);
        vault.claim(first, BOB);
        vm.assertEq(plain.balanceOf(BOB), 1_000e6);
        // In order: the window's refill goes to the first until it is served, however often the second asks.
        vm.expectPartialRevert(ICollateralVault.NothingPayable.selector);
        vault.claim(second, ALICE);
        skip(WINDOW / 4);
        vm.expectPartialRevert(ICollateralVault.NothingPayable.selector);
        vault.claim(second, ALICE);
        vm.assertEq(vault.payableLots(first), 250);
        skip(WINDOW / 2);
        vm.assertEq(vault.payableLots(first), 500);
        vault.claim(second, ALICE);
        vm.assertEq(plain.balanceOf(ALICE) - before, 250e6);
        vault.claim(first, BOB);
        vm.assertEq(plain.balanceOf(BOB), 1_500e6);
        skip(WINDOW);
        vault.claim(second, ALICE);
        vm.assertEq(plain.balanceOf(ALICE) - before, 500e6);
    }

    /// @dev Claims just before another lot is due would each round a refill away; as they come, they delay nobody.
    function testClaimsAtAwkwardTimesDelayNobody() external {
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = Instrument(address(plain), 1e6, 1, 100_000, 10);
        vault = new CollateralVault(7, verifiers, roots, REGISTRY, WINDOW, listed);
        vm.startPrank(ALICE);
        plain.approve(address(vault), type(uint256).max);
        vault.deposit(1, 100, 5);
        vm.stopPrank();
        uint256 payout = exit(1, 100, BOB);
        vault.claim(payout, BOB);
        vm.assertEq(plain.balanceOf(BOB), 10e6);
        for (uint256 i = 0; i < 10; i++) {
            skip(WINDOW / 5 - 1);
            vault.claim(payout, BOB);
        }
        // Two windows less ten seconds.
        vm.assertEq(plain.balanceOf(BOB), (10 + 19) * 1e6);
        skip(10);
        vault.claim(payout, BOB);
        vm.assertEq(plain.balanceOf(BOB), (10 + 20) * 1e6);
    }

    function testBannedRecipientBlocksNobody() external {
        deposit(BAN, 800);
        uint256 bobs = exit(BAN, 300, BOB);
        uint256 alices = exit(BAN, 300, ALICE);
        ban.ban(BOB);
        vm.expectPartialRevert(BlacklistToken.Banned.selector);
        vault.claim(bobs, BOB);
        vault.claim(alices, ALICE);
        vm.prank(BOB);
        vault.claim(bobs, address(0xB0B2));
        vm.assertEq(ban.balanceOf(address(0xB0B2)), 300e6);
    }

    function testTokenThatShrankPaysWhatThereIs() external {
        deposit(PLAIN, 100);
        uint256 payout = exit(PLAIN, 100, BOB);
        plain.burn(address(vault), 30e6 + 1);
        vault.claim(payout, BOB);
        vm.assertEq(plain.balanceOf(BOB), 69e6);
        plain.mint(address(vault), 30e6 + 1);
        vault.claim(payout, BOB);
        vm.assertEq(plain.balanceOf(BOB), 100e6);
    }

    function testFuzzQueuePaysEveryLotInOrder(uint256 seed) external {
        deposit(PLAIN, 100_000);
        uint256[6] memory lots;
        for (uint256 i = 0; i < 6; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            lots[i] = bound(seed, 1, 2_000);
            exit(PLAIN, lots[i], address(uint160(0x1000 + i)));
        }
        for (uint256 step = 0; step < 40; step++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 i = seed % 6;
            if (vault.payableLots(i) > 0) vault.claim(i, address(uint160(0x1000 + i)));
            for (uint256 j = 1; j < 6; j++) {
                Payout memory ahead = vault.payoutAt(j - 1);
                bool aheadCleared = vault.payableLots(j - 1) + ahead.paid == ahead.lots;
                vm.assertTrue(aheadCleared || vault.payableLots(j) + vault.payoutAt(j).paid == 0, "overtaken");
            }
            skip((seed >> 100) % (WINDOW / 2));
        }
        skip(12 * WINDOW);
        for (uint256 round = 0; round < 12; round++) {
            for (uint256 i = 0; i < 6; i++) {
                if (vault.payableLots(i) > 0) vault.claim(i, address(uint160(0x1000 + i)));
            }
            skip(WINDOW);
        }
        for (uint256 i = 0; i < 6; i++) {
            vm.assertEq(plain.balanceOf(address(uint160(0x1000 + i))), lots[i] * 1e6);
        }
    }

    function testInstrumentsThatCantBeListed() external {
        Instrument[] memory bad = new Instrument[](2);
        bad[0] = Instrument(address(plain), 1, 1, 10, 1);
        bad[1] = Instrument(address(plain), 2, 1, 10, 1);
        refuse(bad);
        bad[1] = Instrument(address(fee), 0, 1, 10, 1);
        refuse(bad);
        bad[1] = Instrument(address(fee), 1, 11, 10, 1);
        refuse(bad);
        bad[1] = Instrument(address(0x1234), 1, 1, 10, 1);
        refuse(bad);
        bad[1] = Instrument(address(fee), 1, 1, uint40(1 << 38), 1);
        refuse(bad);
        bad[1] = Instrument(address(fee), 1, 1, 10, 0);
        refuse(bad);
        bad[1] = Instrument(address(fee), 1, 1, 10, type(uint40).max);
        vm.expectPartialRevert(ICollateralVault.BadInstrument.selector);
        new CollateralVault(7, verifiers, roots, REGISTRY, 1 << 25, bad);
    }

    function refuse(Instrument[] memory bad) private {
        vm.expectPartialRevert(ICollateralVault.BadInstrument.selector);
        new CollateralVault(7, verifiers, roots, REGISTRY, WINDOW, bad);
    }
}
