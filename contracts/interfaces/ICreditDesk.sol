// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice How a desk lends.
struct DeskTerms {
    address asset;
    /// Token units of one lot of credit.
    uint128 unit;
    /// Simple interest per year, basis points.
    uint32 interestBps;
    /// Debt in token units that doesn't count as default.
    uint128 dust;
    /// New credit in token units that may be drawn at once, refilled evenly over the window.
    uint128 windowAmount;
    uint48 window;
}

/// @notice What an alias owes.
struct Debt {
    /// Token units, interest to `since` included.
    uint208 amount;
    uint48 since;
}

/// @notice Lends one asset against proofs of solvency.
interface ICreditDesk {
    /// @notice Thrown when an amount is 0.
    error NothingToDo();
    /// @notice Thrown when a token delivers another amount than was sent.
    error UnexpectedTransfer(address token, uint256 expected, uint256 received);

    /// @notice Tokens were lent.
    event Drawn(uint256 indexed alias_, address to, uint256 amount, uint256 owed);
    /// @notice Tokens came back.
    event Repaid(uint256 indexed alias_, address from, uint256 amount, uint256 owed);
    /// @notice Lots of the line were given back by a note.
    event Released(uint256 indexed alias_, uint256 lots);
    /// @notice The lender put in, or took out, what isn't lent.
    event Funded(address indexed account, int256 amount);

    /// @notice Lends to an address. Operator only, on a good proof; refused while table, desk or route stand still.
    function draw(uint256 alias_, uint256 amount, address to) external;

    /// @notice Pays back for an alias, at most what it owes. Anyone, at any time, whatever its line.
    function repay(uint256 alias_, uint256 amount) external returns (uint256 paid);

    /// @notice Gives lots of the line back by a note to the alias. Operator only.
    function release(uint256 alias_, uint256 lots) external;

    /// @notice Closes a line for good when nothing is owed and all that was booked is released. Operator only.
    function close(uint256 alias_) external;

    /// @notice What an alias owes now, interest included.
    function owed(uint256 alias_) external view returns (uint256);
}
