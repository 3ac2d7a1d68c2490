// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {NoteIssuer} from "./base/NoteIssuer.sol";
import {Circuit, ExitSignals, Protocol, Signals, Tier} from "./generated/Protocol.sol";
import {ICollateralVault, Instrument, Payout} from "./interfaces/ICollateralVault.sol";
import {Proof} from "./interfaces/IGroth16Verifier.sol";
import {IRootSource} from "./interfaces/IRootSource.sol";
import {IVerifiers} from "./interfaces/IVerifiers.sol";
import {ProofContext} from "./lib/ProofContext.sol";
import {RootSlot} from "./lib/RootSlot.sol";
import {VerifierLib} from "./lib/VerifierLib.sol";

/// @title  CollateralVault
/// @notice Deposits become notes; exits, proven against the registry's exits tree, become payouts. A payout stands in its
///         instrument's queue and is paid as the queue moves, at most so many lots per window. Exits beyond the window
///         wait; nobody's can be lost, overtaken or blocked by a recipient who can't be paid.
/// @dev    Has no owner: nobody can list another token, change a limit, pause or take anything.
contract CollateralVault is ICollateralVault, NoteIssuer, ReentrancyGuardTransient {
    using Signals for ExitSignals;
    using VerifierLib for IVerifiers;
    using SafeERC20 for IERC20;

    /// @notice A queue in lots since deployment: `queued` ever asked for, `released` of them cleared for payment, and what of
    ///         the window is used up at `usedAt`, in lots · seconds of the window, so that no refill is rounded away.
    struct Queue {
        uint64 queued;
        uint64 released;
        uint48 usedAt;
        uint64 used;
    }

    IVerifiers public immutable verifiers;
    /// @notice Where the home chain's roots come from, and the registry there.
    IRootSource public immutable roots;
    address public immutable registry;
    /// @notice Seconds in which the lots that may leave refill, at least 1.
    uint256 public immutable window;

    Instrument[] private _instruments;
    mapping(uint16 serial => Queue) private _queues;
    /// @notice Lots deposited and not asked for by an exit.
    mapping(uint16 serial => uint256) public heldLots;
    mapping(uint256 spent => bool) public isSpent;
    Payout[] private _payouts;

    constructor(
        uint8 issuerId_,
        IVerifiers verifiers_,
        IRootSource roots_,
        address registry_,
        uint256 window_,
        Instrument[] memory instruments
    ) NoteIssuer(issuerId_) {
        (verifiers, roots, registry, window) = (verifiers_, roots_, registry_, Math.max(window_, 1));
        for (uint256 i = 0; i < instruments.length; i++) {
            Instrument memory listed = instruments[i];
            bool bad = listed.token.code.length == 0 || listed.unit == 0 || listed.leastLots == 0
                || listed.leastLots > listed.mostLots || listed.mostLots >> Protocol.LOTS_BITS != 0
                || listed.windowLots == 0 || listed.windowLots > type(uint64).max / Math.max(window_, 1);
            // Two instruments of one token would share its balance.
            for (uint256 j = 0; j < i && !bad; j++) {
                bad = instruments[j].token == listed.token;
            }
            if (bad) revert BadInstrument(listed.token);
            _instruments.push(listed);
            emit InstrumentListed(uint16(i + 1), listed);
        }
    }

    /// @inheritdoc ICollateralVault
    function deposit(uint16 serial, uint256 lots, uint256 recipient) external nonReentrant {
        Instrument memory listed = instrumentAt(serial);
        uint256 held = heldLots[serial];
        uint256 most = Math.saturatingSub(listed.mostLots, held);
        if (lots < listed.leastLots || lots > most) revert LotsOutOfRange(lots, listed.leastLots, most);
        heldLots[serial] = held + lots;
        _pull(IERC20(listed.token), lots * listed.unit);
        emit Deposited(serial, msg.sender, lots);
        _issue(recipient, instrumentOf(serial), int256(lots));
    }

    /// @inheritdoc ICollateralVault
    function exit(Tier tier, ExitSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
        nonReentrant
        returns (uint256 payout)
    {
        if (roots.rootTime(registry, RootSlot.EXITS, signals.exitsRoot) == 0) {
            revert UnknownExitsRoot(signals.exitsRoot);
        }
        if (isSpent[signals.spent]) revert ExitSpent(signals.spent);
        uint16 serial = _serialOf(signals.instrument);
        if (signals.recipient == 0 || signals.recipient >> Protocol.RECIPIENT_BITS != 0) {
            revert NoAddress(signals.recipient);
        }
        address recipient = address(uint160(signals.recipient));
        ExitSignals memory s = signals;
        s.context = ProofContext.signal(recipient, deadline);
        verifiers.check(Circuit.Exit, tier, proof, s.encode());

        uint256 held = heldLots[serial];
        if (s.lots > held) revert MoreThanHeld(s.lots, held);
        isSpent[s.spent] = true;
        heldLots[serial] = held - s.lots;
        Queue storage queue = _queues[serial];
        payout = _payouts.length;
        _payouts.push(Payout(recipient, serial, queue.queued, uint40(s.lots), 0));
        queue.queued += uint64(s.lots);
        emit ExitTaken(s.spent, payout, serial, recipient, s.lots);
    }

    /// @inheritdoc ICollateralVault
    function claim(uint256 payout, address to) external nonReentrant {
        Payout storage due = _payouts[payout];
        if (to != due.recipient && msg.sender != due.recipient) revert NotRecipient(msg.sender, due.recipient);
        _release(due.serial);
        uint256 lots = _clearedOf(due, _queues[due.serial].released);
        Instrument memory listed = _instruments[due.serial - 1];
        // A token that lost value in the vault pays what there is; the rest stays due.
        lots = Math.min(lots, IERC20(listed.token).balanceOf(address(this)) / listed.unit);
        if (lots == 0) revert NothingPayable(payout);
        due.paid += uint40(lots);
        IERC20(listed.token).safeTransfer(to, lots * listed.unit);
        emit Paid(payout, to, lots, lots * listed.unit);
    }

    /// @inheritdoc ICollateralVault
    function payableLots(uint256 payout) external view returns (uint256) {
        Payout storage due = _payouts[payout];
        (uint256 released,) = _released(due.serial);
        return _clearedOf(due, released);
    }

    /// @notice An instrument by its serial, from 1.
    function instrumentAt(uint16 serial) public view returns (Instrument memory) {
        if (serial == 0 || serial > _instruments.length) revert UnknownInstrument(instrumentOf(serial));
        return _instruments[serial - 1];
    }

    /// @notice A payout.
    function payoutAt(uint256 payout) external view returns (Payout memory) {
        return _payouts[payout];
    }

    /// @notice An instrument's queue.
    function queueAt(uint16 serial) external view returns (Queue memory) {
        return _queues[serial];
    }

    function _serialOf(uint256 instrument) private view returns (uint16 serial) {
        serial = uint16(instrument);
        if (instrument != instrumentOf(serial) || serial == 0 || serial > _instruments.length) {
            revert UnknownInstrument(instrument);
        }
    }

    /// @dev Lots of a payout that the queue has reached and that weren't paid.
    function _clearedOf(Payout storage due, uint256 released) private view returns (uint256) {
        return Math.min(Math.saturatingSub(released, due.start), due.lots) - due.paid;
    }

    /// @dev Moves the queue as far as the window allows.
    function _release(uint16 serial) private {
        Queue storage queue = _queues[serial];
        (uint256 released, uint256 used) = _released(serial);
        if (released == queue.released) return;
        (queue.released, queue.used, queue.usedAt) = (uint64(released), uint64(used), uint48(block.timestamp));
    }

    function _released(uint16 serial) private view returns (uint256 released, uint256 used) {
        Queue storage queue = _queues[serial];
        uint256 windowLots = _instruments[serial - 1].windowLots;
        used = Math.saturatingSub(queue.used, (block.timestamp - queue.usedAt) * windowLots);
        uint256 moved = Math.min(queue.queued - queue.released, (windowLots * window - used) / window);
        return (queue.released + moved, used + moved * window);
    }

    function _pull(IERC20 token, uint256 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert UnexpectedTransfer(address(token), amount, received);
    }
}
