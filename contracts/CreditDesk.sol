// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {NoteIssuer} from "./base/NoteIssuer.sol";
import {LineBase, LineConfig} from "./base/LineBase.sol";
import {Debt, DeskTerms, ICreditDesk} from "./interfaces/ICreditDesk.sol";
import {Line} from "./interfaces/ILine.sol";

/// @title  CreditDesk
/// @notice Lends its owner's tokens to aliases. At every draw and release
///
///             outstanding + interest to the end of validity, grace and the longest stall  ≤  (booked − released) · unit
///
///         and the debt was booked in the one home account before the desk saw it, so that the same collateral never backs
///         two debts.
contract CreditDesk is ICreditDesk, LineBase, ReentrancyGuardTransient {
    using RateLimiter for RateLimiter.RefillingBucket;
    using SafeERC20 for IERC20;

    uint256 private constant YEAR_BPS = 365 days * 10_000;

    IERC20 public immutable asset;
    uint256 public immutable unit;
    uint256 public immutable interestBps;
    uint256 public immutable dust;

    mapping(uint256 alias_ => Debt) private _debts;
    RateLimiter.RefillingBucket private _newCredit;

    constructor(uint8 issuerId_, LineConfig memory config, DeskTerms memory terms, address owner_)
        NoteIssuer(issuerId_)
        LineBase(config)
        Ownable(owner_)
    {
        if (terms.unit == 0 || terms.asset.code.length == 0) revert BadConfiguration();
        asset = IERC20(terms.asset);
        (unit, interestBps, dust) = (terms.unit, terms.interestBps, terms.dust);
        _newCredit.updateSettings(terms.window, terms.windowAmount);
    }

    /// @inheritdoc ICreditDesk
    function draw(uint256 alias_, uint256 amount, address to) external nonReentrant {
        if (amount == 0) revert NothingToDo();
        Line storage line = _lines[alias_];
        _requireDrawable(alias_, line);
        _newCredit.consume(0, amount);
        uint256 debt = owed(alias_) + amount;
        _debts[alias_] = Debt(uint208(debt), uint48(block.timestamp));
        _requireWithinLine(alias_, line, debt, line.released);
        asset.safeTransfer(to, amount);
        emit Drawn(alias_, to, amount, debt);
    }

    /// @inheritdoc ICreditDesk
    function repay(uint256 alias_, uint256 amount) external nonReentrant returns (uint256 paid) {
        uint256 debt = owed(alias_);
        paid = Math.min(amount, debt);
        if (paid == 0) revert NothingToDo();
        _debts[alias_] = Debt(uint208(debt - paid), uint48(block.timestamp));
        _pull(paid);
        emit Repaid(alias_, msg.sender, paid, debt - paid);
    }

    /// @inheritdoc ICreditDesk
    /// @dev Needs no fresh proof and stops for no pause: it makes the line smaller. What it gives back must not be in use.
    function release(uint256 alias_, uint256 lots) external {
        if (lots == 0) revert NothingToDo();
        Line storage line = _lines[alias_];
        _requireOperator(alias_, line);
        uint256 released = line.released + lots;
        _requireWithinLine(alias_, line, owed(alias_), released);
        line.released = uint40(released);
        _issue(alias_, releaseInstrument, int256(lots));
        emit Released(alias_, lots);
    }

    /// @inheritdoc ICreditDesk
    function close(uint256 alias_) external {
        Line storage line = _lines[alias_];
        _requireOperator(alias_, line);
        if (owed(alias_) != 0 || line.booked != line.released) revert StillOpen(alias_);
        _close(alias_, line);
    }

    /// @notice Puts tokens in for lending. Owner only: what is in the desk is the owner's.
    function fund(uint256 amount) external onlyOwner nonReentrant {
        _pull(amount);
        emit Funded(msg.sender, int256(amount));
    }

    /// @notice Takes out what isn't lent. Owner only.
    function withdraw(uint256 amount) external onlyOwner nonReentrant {
        asset.safeTransfer(msg.sender, amount);
        emit Funded(msg.sender, -int256(amount));
    }

    /// @inheritdoc ICreditDesk
    function owed(uint256 alias_) public view returns (uint256) {
        return _owedAt(_debts[alias_], block.timestamp);
    }

    /// @notice New credit that may be drawn now.
    function availableCredit() external view returns (uint256) {
        return _newCredit.available(0);
    }

    function _matters(uint256 alias_) internal view override returns (bool) {
        return owed(alias_) > dust;
    }

    /// @dev Interest runs on to the end of validity and the longest grace, from now if validity is over.
    function _requireWithinLine(uint256 alias_, Line storage line, uint256 debt, uint256 released) private view {
        uint256 end = Math.max(line.validUntil, block.timestamp) + grace + longestStall;
        uint256 needed = _owedAt(Debt(uint208(debt), uint48(block.timestamp)), end);
        uint256 usable = Math.saturatingSub(line.booked, released) * unit;
        if (needed > usable || released > line.booked) revert BeyondLine(alias_, needed, usable);
    }

    /// @dev amount · (1 + rate · time), rounded up.
    function _owedAt(Debt memory debt, uint256 time) private view returns (uint256) {
        return debt.amount + Math.mulDiv(debt.amount, interestBps * (time - debt.since), YEAR_BPS, Math.Rounding.Ceil);
    }

    function _pull(uint256 amount) private {
        uint256 before = asset.balanceOf(address(this));
        asset.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = asset.balanceOf(address(this)) - before;
        if (received != amount) revert UnexpectedTransfer(address(asset), amount, received);
    }
}
