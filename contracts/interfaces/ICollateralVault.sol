// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ExitSignals, Tier} from "./ProtocolTypes.sol";
import {Proof} from "./IGroth16Verifier.sol";

/// @notice A token that a vault takes. Never changes.
struct Instrument {
    address token;
    /// Token units of one lot.
    uint128 unit;
    /// Fewest lots of a deposit, so that nobody fills the notes tree with dust.
    uint40 leastLots;
    /// Most lots held at a time.
    uint40 mostLots;
    /// Lots that may leave at once, refilled evenly over the vault's window.
    uint40 windowLots;
}

/// @notice Lots of an instrument on their way out, paid in order.
struct Payout {
    address recipient;
    uint16 serial;
    /// Its place in the instrument's queue: lots before it, its own lots, and how many of these were paid.
    uint64 start;
    uint40 lots;
    uint40 paid;
}

/// @notice Collateral of all accounts on one chain.
interface ICollateralVault {
    /// @notice Thrown when a listed instrument is unusable or its token is listed already.
    error BadInstrument(address token);
    /// @notice Thrown when there is no such instrument here.
    error UnknownInstrument(uint256 instrument);
    /// @notice Thrown when a deposit is below the least, or would hold more than the most.
    error LotsOutOfRange(uint256 lots, uint256 least, uint256 most);
    /// @notice Thrown when a token delivers another amount than was sent: one that takes fees or rebases can't be held.
    error UnexpectedTransfer(address token, uint256 expected, uint256 received);
    /// @notice Thrown when an exits root isn't known here.
    error UnknownExitsRoot(uint256 exitsRoot);
    /// @notice Thrown when an exit was taken before.
    error ExitSpent(uint256 spent);
    /// @notice Thrown when an exit's recipient is 0 or no address.
    error NoAddress(uint256 recipient);
    /// @notice Thrown when an exit asks for more than was ever deposited and not taken out.
    error MoreThanHeld(uint256 lots, uint256 held);
    /// @notice Thrown when nothing of a payout can be paid now.
    error NothingPayable(uint256 payout);
    /// @notice Thrown when someone else than the recipient sends a payout elsewhere.
    error NotRecipient(address account, address recipient);

    /// @notice An instrument was listed; its id is issuerId · 2^16 + serial.
    event InstrumentListed(uint16 indexed serial, Instrument instrument);
    /// @notice Collateral came in.
    event Deposited(uint16 indexed serial, address indexed from, uint256 lots);
    /// @notice An exit was taken: its lots stand in the queue.
    event ExitTaken(
        uint256 indexed spent, uint256 indexed payout, uint16 indexed serial, address recipient, uint256 lots
    );
    /// @notice Lots of a payout were paid.
    event Paid(uint256 indexed payout, address to, uint256 lots, uint256 amount);

    /// @notice Takes exactly lots · unit of the instrument's token and issues a note.
    /// @param  recipient P(ALIAS, owner, issuerId, salt): who may receive the note
    function deposit(uint16 serial, uint256 lots, uint256 recipient) external;

    /// @notice Takes an exit by proof. Anyone may send it: the context and the exit both name the recipient.
    function exit(Tier tier, ExitSignals calldata signals, Proof calldata proof, uint256 deadline)
        external
        returns (uint256 payout);

    /// @notice Pays what a payout is due by now, to its recipient; the recipient may name another address.
    function claim(uint256 payout, address to) external;

    /// @notice Lots of a payout that can be paid now.
    function payableLots(uint256 payout) external view returns (uint256);
}
