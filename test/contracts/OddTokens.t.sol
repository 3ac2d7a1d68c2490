// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CollateralVault} from "contracts/CollateralVault.sol";
import {CreditDesk} from "contracts/CreditDesk.sol";
import {Circuit, ExitSignals, Signals, Tier} from "contracts/generated/Protocol.sol";
import {ICollateralVault, Instrument} from "contracts/interfaces/ICollateralVault.sol";
import {DeskTerms, ICreditDesk} from "contracts/interfaces/ICreditDesk.sol";
import {SolvencyProof, Status} from "contracts/interfaces/ILine.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {Lines} from "./support/Lines.sol";
import {BlacklistToken, FalseToken, FeeToken, RebasingToken, SilentToken, Token} from "./support/Tokens.sol";

/// @notice Vaults and desks of tokens that ERC-20 allows and nobody expects, and of amounts that don't divide.
contract OddTokensTest is Lines {
    using Signals for ExitSignals;

    uint256 private constant EXITS = 0xe417;
    uint256 private _spent;

    function setUp() external {
        setUpLines();
        roots.set(REGISTRY, RootSlot.EXITS, EXITS, START);
    }

    /// @dev A vault of one token, and Alice has some of it.
    function vaultOf(Token token, uint128 unit) private returns (CollateralVault vault) {
        Instrument[] memory listed = new Instrument[](1);
        listed[0] = Instrument(address(token), unit, 1, 100_000, 100_000);
        vault = new CollateralVault(7, verifiers, roots, REGISTRY, 1 days, listed);
        token.mint(ALICE, 1e30);
        vm.prank(ALICE);
        token.approve(address(vault), type(uint256).max);
    }

    function deposit(CollateralVault vault, uint256 lots) private {
        vm.prank(ALICE);
        vault.deposit(1, lots, 5);
    }

    function exit(CollateralVault vault, uint256 lots) private returns (uint256) {
        ExitSignals memory s = ExitSignals(EXITS, ++_spent, (7 << 16) | 1, lots, uint160(BOB), 0);
        s.context = contextOf(address(vault), BOB, DEADLINE);
        ideal[Circuit.Exit].prove(s.encode());
        return vault.exit(Tier.T, s, noProof, DEADLINE);
    }

    /// @dev A desk that lends one token, funded with 10^12 units, and Alice's line of 1,000 lots of 10^6 units.
    function deskOf(Token token) private returns (CreditDesk desk) {
        desk = new CreditDesk(ISSUER, config(), DeskTerms(address(token), 1e6, 1_000, 0, 1e12, 1 days), OWNER);
        token.mint(OWNER, 1e12);
        token.mint(ALICE, 1e12);
        // Without reading an answer, which some tokens don't give.
        vm.prank(ALICE);
        SilentToken(address(token)).approve(address(desk), type(uint256).max);
        SolvencyProof memory proof = proofOf(address(desk), shown(10_000, true, 1_000, 0));
        vm.prank(ALICE);
        desk.authorise(proof);
        vm.prank(OWNER);
        SilentToken(address(token)).approve(address(desk), type(uint256).max);
    }

    function fund(CreditDesk desk) private {
        vm.prank(OWNER);
        desk.fund(1e12);
    }

    // ── what a token says ──────────────────────────────────────────────────────────────────────────────────────────

    function testATokenThatReturnsFalseBringsNoNote() external {
        FalseToken token = new FalseToken();
        CollateralVault vault = vaultOf(token, 1);
        token.setFails(true);
        vm.expectPartialRevert(SafeERC20.SafeERC20FailedOperation.selector);
        deposit(vault, 10);
        vm.assertEq(vault.lastSerial(), 0);
    }

    function testATokenThatReturnsFalseLosesNoPayout() external {
        FalseToken token = new FalseToken();
        CollateralVault vault = vaultOf(token, 1);
        deposit(vault, 10);
        uint256 payout = exit(vault, 10);
        token.setFails(true);
        vm.expectPartialRevert(SafeERC20.SafeERC20FailedOperation.selector);
        vault.claim(payout, BOB);
        vm.assertEq(vault.payableLots(payout), 10);
        token.setFails(false);
        vault.claim(payout, BOB);
        vm.assertEq(token.balanceOf(BOB), 10);
    }

    function testATokenThatReturnsFalseRepaysNothing() external {
        FalseToken token = new FalseToken();
        CreditDesk desk = deskOf(token);
        fund(desk);
        vm.startPrank(ALICE);
        desk.draw(ALIAS, 1_000, ALICE);
        token.setFails(true);
        vm.expectPartialRevert(SafeERC20.SafeERC20FailedOperation.selector);
        desk.repay(ALIAS, 1_000);
        vm.expectPartialRevert(SafeERC20.SafeERC20FailedOperation.selector);
        desk.draw(ALIAS, 1_000, ALICE);
        vm.assertEq(desk.owed(ALIAS), 1_000);
    }

    function testATokenThatReturnsNothingIsLent() external {
        SilentToken token = new SilentToken();
        CreditDesk desk = deskOf(Token(address(token)));
        fund(desk);
        vm.startPrank(ALICE);
        desk.draw(ALIAS, 1_000, BOB);
        desk.repay(ALIAS, 1_000);
        vm.assertEq(token.balanceOf(BOB), 1_000);
        vm.assertEq(desk.owed(ALIAS), 0);
    }

    function testATokenThatTakesFeesIsNotLent() external {
        CreditDesk desk = deskOf(new FeeToken());
        vm.expectPartialRevert(ICreditDesk.UnexpectedTransfer.selector);
        fund(desk);
    }

    function testABannedBorrowerDrawsElsewhereAndBlocksNobody() external {
        BlacklistToken token = new BlacklistToken();
        CreditDesk desk = deskOf(token);
        fund(desk);
        token.ban(ALICE);
        vm.startPrank(ALICE);
        vm.expectPartialRevert(BlacklistToken.Banned.selector);
        desk.draw(ALIAS, 1_000, ALICE);
        desk.draw(ALIAS, 1_000, BOB);
        desk.repay(ALIAS, 1_000);
        vm.stopPrank();
        vm.assertEq(desk.owed(ALIAS), 0);
    }

    // ── balances that move by themselves ───────────────────────────────────────────────────────────────────────────

    /// @dev What a token adds is nobody's: every exit pays its lots and no more, and what is left makes up for a loss.
    function testATokenThatGrowsPaysNobodyMore() external {
        RebasingToken token = new RebasingToken();
        CollateralVault vault = vaultOf(token, 1e18);
        deposit(vault, 100);
        token.rebase(1.25e18);
        vault.claim(exit(vault, 50), BOB);
        vm.assertEq(token.balanceOf(BOB), 50e18);
        vm.assertEq(token.balanceOf(address(vault)), 75e18);
        token.rebase(1e18);
        vault.claim(exit(vault, 50), BOB);
        vm.assertEq(token.balanceOf(BOB), 40e18 + 50e18);
        vm.assertEq(token.balanceOf(address(vault)), 10e18);
    }

    /// @dev Whole lots are paid as long as there are any; what is missing stays due, and comes when the token recovers.
    function testATokenThatShrinksPaysWhatThereIs() external {
        RebasingToken token = new RebasingToken();
        CollateralVault vault = vaultOf(token, 1e18);
        deposit(vault, 101);
        token.rebase(0.5e18);
        uint256 payout = exit(vault, 101);
        vault.claim(payout, BOB);
        vm.assertEq(token.balanceOf(BOB), 50e18);
        vm.expectPartialRevert(ICollateralVault.NothingPayable.selector);
        vault.claim(payout, BOB);
        token.mint(address(vault), 51e18);
        vault.claim(payout, BOB);
        vm.assertEq(token.balanceOf(BOB), 101e18);
        vm.assertEq(vault.payoutAt(payout).paid, 101);
        // Nor does the loss keep anybody from depositing.
        deposit(vault, 10);
    }

    function testAShrunkDeskStillTakesRepayments() external {
        RebasingToken token = new RebasingToken();
        CreditDesk desk = deskOf(token);
        fund(desk);
        vm.prank(ALICE);
        desk.draw(ALIAS, 1_000, ALICE);
        token.rebase(0.5e18);
        vm.prank(ALICE);
        desk.repay(ALIAS, 1_000);
        vm.assertEq(desk.owed(ALIAS), 0);
    }

    // ── amounts that don't divide ──────────────────────────────────────────────────────────────────────────────────

    /// @dev 6, 8 and 18 decimals, and lots of any number of units: what comes in goes out to the last unit.
    function testFuzzNoUnitIsLostInAVault(uint256 seed) external {
        uint8[3] memory decimals = [6, 8, 18];
        for (uint256 i = 0; i < 3; i++) {
            uint256 unit = bound(uint256(keccak256(abi.encode(seed, i))), 1, 10 ** decimals[i]);
            Token token = new Token(decimals[i]);
            CollateralVault vault = vaultOf(token, uint128(unit));
            uint256 lots = bound(seed >> 8, 3, 1_000);
            uint256 before = token.balanceOf(ALICE);
            uint256 bobs = token.balanceOf(BOB);
            deposit(vault, lots);
            vm.assertEq(before - token.balanceOf(ALICE), lots * unit);
            uint256 part = bound(seed >> 16, 1, lots - 1);
            vault.claim(exit(vault, part), BOB);
            vault.claim(exit(vault, lots - part), BOB);
            vm.assertEq(token.balanceOf(BOB) - bobs, lots * unit);
            vm.assertEq(token.balanceOf(address(vault)), 0);
        }
    }

    /// @dev Draws and repayments of any number of units, in lots that none of them divides by: interest is rounded against
    ///      the borrower, nothing is left owed, and the lender has all of it.
    function testFuzzNoUnitIsLostAtADesk(uint256 seed) external {
        Token token = new Token(6);
        CreditDesk desk = deskOf(token);
        fund(desk);
        uint256 amount = bound(seed, 1, 900e6);
        uint256 repaid = 0;
        vm.startPrank(ALICE);
        desk.draw(ALIAS, amount, ALICE);
        skip(bound(seed >> 128, 1, 3000));
        uint256 interest = desk.owed(ALIAS) - amount;
        vm.assertTrue(interest > 0);
        repaid += desk.repay(ALIAS, bound(seed >> 64, 1, amount));
        repaid += desk.owed(ALIAS) == 0 ? 0 : desk.repay(ALIAS, type(uint256).max);
        vm.assertEq(repaid, amount + interest);
        desk.release(ALIAS, 1_000);
        desk.close(ALIAS);
        vm.stopPrank();
        vm.assertTrue(desk.lineOf(ALIAS).status == Status.Closed);
        vm.prank(OWNER);
        desk.withdraw(1e12 + interest);
        vm.assertEq(token.balanceOf(address(desk)), 0);
    }
}
