// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Tier} from "./ProtocolTypes.sol";
import {Proof} from "./IGroth16Verifier.sol";

/// @notice Closed is for good, and so is defaulted.
enum Status {
    None,
    Open,
    Closed,
    Defaulted
}

/// @notice What an issuer keeps per alias. Lots are of the issuer's credit and release instruments.
struct Line {
    Status status;
    /// Who may draw and release; set by a proof with the spend key alone.
    address operator;
    /// Until when the proof that is good for longest stays good.
    uint48 validUntil;
    /// Largest booked debt ever disclosed at initial margin.
    uint40 booked;
    /// Lots that the issuer has released by notes.
    uint40 released;
    /// Largest release ever disclosed: what the alias has received.
    uint40 received;
    /// When it was marked as lapsed; 0 while it isn't.
    uint48 lapsedAt;
    /// Seconds that table and roots had stood still when that proof came.
    uint48 stalledBefore;
    /// keccak256 of the last proof's committee ciphertext: what a committee may open once the line has defaulted.
    bytes32 ciphertext;
}

/// @notice A solvency proof as it is shown. What it doesn't name, the contract fills in.
struct SolvencyProof {
    Tier tier;
    uint256 alias_;
    uint256 accountsRoot;
    uint256 tableRoot;
    /// 10,000 to open or extend, 8,000 to refresh.
    uint16 coverage;
    bool withSpendKey;
    /// Holdings disclosed: −booked of credit, released of release.
    uint40 booked;
    uint40 released;
    uint256[6] ciphertext;
    uint256 deadline;
    Proof proof;
}

/// @notice Times of lines, in seconds.
struct LineTimes {
    /// How long a proof stays good after its epoch's asOf and its root's time.
    uint48 validity;
    /// From the end of validity to when it may be marked as lapsed, and from that mark to final.
    uint48 grace;
    uint48 notice;
    /// Most seconds for which grace stands still with table and roots.
    uint48 longestStall;
}

/// @notice Lines of aliases at one issuer.
interface ILine {
    /// @notice Thrown when a line isn't what a call needs.
    error WrongStatus(uint256 alias_, Status status);
    /// @notice Thrown when a line is opened, or its operator set, by a proof without the spend key.
    error SpendKeyNeeded();
    /// @notice Thrown when a proof that made somebody the operator is shown for that again.
    error AuthorisationUsed(uint256 alias_, address operator);
    /// @notice Thrown when a proof's coverage is too low, or neither initial nor maintenance margin.
    error BadCoverage(uint256 coverage);
    /// @notice Thrown when an accounts root isn't known here.
    error UnknownAccountsRoot(uint256 accountsRoot);
    /// @notice Thrown when a proof's epoch is over, or neither the newest nor the one before.
    error StaleTable(uint256 tableRoot, uint256 goodUntil);
    /// @notice Thrown when a proof would already be out of validity.
    error StaleProof(uint256 validUntil);
    /// @notice Thrown when someone else than the operator draws or releases.
    error NotOperator(address account, address operator);
    /// @notice Thrown when the last proof is no longer good.
    error NotValid(uint256 alias_, uint256 validUntil);
    /// @notice Thrown when more would be out than the usable line: booked less released.
    error BeyondLine(uint256 alias_, uint256 needed, uint256 usable);
    /// @notice Thrown when a line is marked as lapsed that isn't.
    error NotLapsed(uint256 alias_);
    /// @notice Thrown when a line is declared in default before its notice is over.
    error NoticeNotOver(uint256 alias_, uint256 due);
    /// @notice Thrown when a line that has something open is closed.
    error StillOpen(uint256 alias_);
    /// @notice Thrown when draws stand still: the table, this contract or the route is paused or frozen.
    error DrawsPaused();
    /// @notice Thrown when times or a committee make no sense.
    error BadConfiguration();

    /// @notice A line opened, or got another operator.
    event LineAuthorised(uint256 indexed alias_, address operator);
    /// @notice A proof was accepted.
    event Proven(
        uint256 indexed alias_,
        uint256 coverage,
        uint256 booked,
        uint256 released,
        uint256 validUntil,
        uint256[6] ciphertext
    );
    /// @notice Lapsed: a fresh proof cures it within the notice period.
    event Lapsed(uint256 indexed alias_, uint256 defaultAt);
    /// @notice Defaulted: incurable.
    event Defaulted(uint256 indexed alias_, bytes32 ciphertext);
    /// @notice Closed for good.
    event Closed(uint256 indexed alias_);

    /// @notice Opens a line, or makes the sender its operator, by a proof at initial margin with the spend key,
    ///         which counts for that once.
    function authorise(SolvencyProof calldata shown) external;

    /// @notice Refreshes a line, and extends it when the proof is at initial margin. Cures a lapse. Never paused.
    function prove(SolvencyProof calldata shown) external;

    /// @notice Marks a line whose grace is over. Anyone may.
    function lapse(uint256 alias_) external;

    /// @notice Declares a lapsed line in default when its notice is over. Anyone may.
    function declareDefault(uint256 alias_) external;

    /// @notice A line.
    function lineOf(uint256 alias_) external view returns (Line memory);

    /// @notice Lots of the line that can be drawn on or released: booked less released.
    function usableLots(uint256 alias_) external view returns (uint256);

    /// @notice When the grace of a line ends, if table and roots don't stand still any longer.
    function graceEnd(uint256 alias_) external view returns (uint256);
}
