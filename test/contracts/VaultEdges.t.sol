// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {CollateralVault} from "contracts/CollateralVault.sol";
import {NoteIssuer} from "contracts/base/NoteIssuer.sol";
import {Circuit, ExitSignals, Signals, Tier} from "contracts/generated/Protocol.sol";
import {ICollateralVault, Instrument} from "contracts/interfaces/ICollateralVault.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {StubRoots} from "./support/StubRoots.sol";
import {HookToken, Token} from "./support/Tokens.sol";
import {World} from "./support/World.sol";

/// @notice A vault's rules at their edges: the lot, the second and the listing at which each begins.
contract VaultEdgesTest is World {
    using Signals for ExitSignals;

    address private constant REGISTRY = address(0x4E6);
    uint256 private constant EXITS = 0xe417;
    uint256 private constant DEADLINE = START + 3650 days;
    uint40 private constant MOST = uint40((1 << 38) - 1);

    StubRoots private roots;
    HookToken private token;
    CollateralVault private vault;
    uint256 private _spent;

    function setUp() external {
        setUpWorld();
        roots = new StubRoots();
        roots.set(REGISTRY, RootSlot.EXITS, EXITS, START);
        token = new HookToken();
        token.mint(ALICE, 1e30);
        vault = vaultOf(1 days, Instrument(address(token), 1, 10, 1_000, 100));
    }

    function vaultOf(uint256 window, Instrument memory instrument) private returns (CollateralVault made) {
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = instrument;
        made = new CollateralVault(7, verifiers, roots, REGISTRY, window, listed);
        vm.prank(ALICE);
        token.approve(address(made), type(uint256).max);
    }

    function deposit(uint256 lots) private {
        vm.prank(ALICE);
        vault.deposit(1, lots, 5);
    }

    function proven(uint256 instrument, uint256 lots, uint256 to) private returns (ExitSignals memory s) {
        s = ExitSignals(EXITS, ++_spent, instrument, lots, to, 0);
        s.context = contextOf(address(vault), address(uint160(to)), DEADLINE);
        ideal[Circuit.Exit].prove(s.encode());
    }

    function exit(uint256 lots) private returns (uint256) {
        return vault.exit(Tier.T, proven((7 << 16) | 1, lots, uint160(BOB)), noProof, DEADLINE);
    }

    // ── deposits ───────────────────────────────────────────────────────────────────────────────────────────────────

    function testTheLeastAndTheMostAreTaken() external {
        deposit(10);
        deposit(990);
        vm.expectRevert(abi.encodeWithSelector(ICollateralVault.LotsOutOfRange.selector, 10, 10, 0));
        deposit(10);
        exit(10);
        deposit(10);
        vm.assertEq(vault.heldLots(1), 1_000);
    }

    /// @dev What is more than was sent is refused like what is less: it would be nobody's.
    function testATokenThatDeliversMoreIsRefused() external {
        token.hook(address(token), abi.encodeCall(Token.mint, (address(vault), 3)));
        vm.expectRevert(abi.encodeWithSelector(ICollateralVault.UnexpectedTransfer.selector, address(token), 10, 13));
        deposit(10);
    }

    // ── exits and claims ───────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Every call, from inside every other that moves tokens.
    function testNoCallRunsInsideAnother() external {
        deposit(100);
        uint256 payout = exit(50);
        ExitSignals memory s = proven((7 << 16) | 1, 10, uint160(BOB));
        bytes[3] memory calls = [
            abi.encodeCall(vault.deposit, (1, 10, 5)),
            abi.encodeCall(vault.claim, (payout, BOB)),
            abi.encodeCall(vault.exit, (Tier.T, s, noProof, DEADLINE))
        ];
        for (uint256 outer = 0; outer < 2; outer++) {
            for (uint256 inner = 0; inner < 3; inner++) {
                token.hook(address(vault), calls[inner]);
                vm.prank(ALICE);
                (bool ok, bytes memory why) = address(vault).call(calls[outer]);
                vm.assertFalse(ok);
                vm.assertEq(bytes32(why), bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
            }
        }
        token.hook(address(0), "");
        for (uint256 i = 0; i < 3; i++) {
            vm.prank(ALICE);
            (bool ok,) = address(vault).call(calls[i]);
            vm.assertTrue(ok);
        }
    }

    function testNobodysExitIsRefused() external {
        deposit(100);
        ExitSignals memory s = proven((7 << 16) | 1, 10, 0);
        vm.expectRevert(abi.encodeWithSelector(ICollateralVault.NoAddress.selector, 0));
        vault.exit(Tier.T, s, noProof, DEADLINE);
    }

    /// @dev Serials begin at 1: before the first instrument there is none.
    function testThereIsNoInstrumentZero() external {
        deposit(100);
        ExitSignals memory s = proven(7 << 16, 10, uint160(BOB));
        vm.expectRevert(abi.encodeWithSelector(ICollateralVault.UnknownInstrument.selector, 7 << 16));
        vault.exit(Tier.T, s, noProof, DEADLINE);
    }

    /// @dev An instrument's number is 24 bits: with others above them it is another instrument, of the same serial.
    function testHighBitsOfAnInstrumentCount() external {
        deposit(100);
        ExitSignals memory s = proven((1 << 24) | (7 << 16) | 1, 10, uint160(BOB));
        vm.expectPartialRevert(ICollateralVault.UnknownInstrument.selector);
        vault.exit(Tier.T, s, noProof, DEADLINE);
    }

    function testAllThatIsHeldMayLeave() external {
        deposit(100);
        ExitSignals memory s = proven((7 << 16) | 1, 101, uint160(BOB));
        vm.expectRevert(abi.encodeWithSelector(ICollateralVault.MoreThanHeld.selector, 101, 100));
        vault.exit(Tier.T, s, noProof, DEADLINE);
        vault.claim(exit(100), BOB);
        vm.assertEq(token.balanceOf(BOB), 100);
    }

    /// @dev What nobody asked for in days adds up to no more than one window: 100 lots at once, however long it was quiet.
    function testAQuietVaultSavesNothingUp() external {
        deposit(1_000);
        uint256 payout = exit(30);
        vault.claim(payout, BOB);
        skip(100 days);
        payout = exit(970);
        vault.claim(payout, BOB);
        vm.assertEq(token.balanceOf(BOB), 30 + 100);
        skip(12 hours);
        vm.assertEq(vault.payableLots(payout), 50);
    }

    // ── listings ───────────────────────────────────────────────────────────────────────────────────────────────────

    function testListingsAtTheirEdges() external {
        vaultOf(1, Instrument(address(token), 1, MOST, MOST, 1));
        vm.expectPartialRevert(ICollateralVault.BadInstrument.selector);
        vaultOf(1, Instrument(address(token), 1, 0, 10, 1));
        vm.expectPartialRevert(ICollateralVault.BadInstrument.selector);
        vaultOf(1, Instrument(address(token), 1, 1, MOST + 1, 1));
        // Lots · seconds of a window fill 64 bits, and no more.
        vaultOf(1 << 24, Instrument(address(token), 1, 1, 10, type(uint40).max));
        vm.expectPartialRevert(ICollateralVault.BadInstrument.selector);
        vaultOf((1 << 24) + 1, Instrument(address(token), 1, 1, 10, type(uint40).max));
    }

    /// @dev A window of no time is one second: its lots refill, and nothing is divided by 0.
    function testAWindowIsASecondAtLeast() external {
        vault = vaultOf(0, Instrument(address(token), 1, 10, 1_000, 100));
        vm.assertEq(vault.window(), 1);
        deposit(1_000);
        uint256 payout = exit(150);
        vault.claim(payout, BOB);
        skip(1);
        vault.claim(payout, BOB);
        vm.assertEq(token.balanceOf(BOB), 150);
    }

    // ── notes ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function testIssuersHaveANumber() external {
        vm.expectRevert(NoteIssuer.BadIssuerId.selector);
        new CollateralVault(0, verifiers, roots, REGISTRY, 1, new Instrument[](0));
    }

    /// @dev The number of notes stands in the first storage slot, and is nobody's root; nor is 0, nor a root of before.
    function testNothingButTheCurrentRootIsRead() external {
        vm.assertEq(vault.rootTime(RootSlot.NOTES, 0), 0);
        deposit(10);
        vm.assertEq(uint256(vm.load(address(vault), 0)), 1);
        vm.assertEq(vault.currentRoot(0), 0);
        vm.assertEq(vault.rootTime(0, 1), 0);
        uint256 root = vault.currentRoot(RootSlot.NOTES);
        vm.assertEq(vault.rootTime(RootSlot.NOTES, root), START);
        deposit(10);
        vm.assertEq(vault.rootTime(RootSlot.NOTES, root), 0);
    }
}
