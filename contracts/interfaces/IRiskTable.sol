// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice An epoch as reporters sign it.
struct Epoch {
    /// Rises with every epoch.
    uint64 number;
    /// Root of the table; its rows are served by this root.
    uint256 root;
    /// Unix seconds: when prices were taken, and until when they may be used.
    uint48 asOf;
    uint48 notAfter;
    /// Largest price move since the epoch before, in basis points of a scan range.
    uint32 largestMove;
}

/// @notice What is known of a published epoch.
struct Published {
    uint64 number;
    uint48 asOf;
    uint48 notAfter;
    /// When the next epoch took its place; 0 while it is the newest.
    uint48 replacedAt;
}

/// @notice The risk table's root, epoch by epoch.
interface IRiskTable {
    /// @notice Thrown when an epoch's number or time doesn't rise.
    error EpochNotNewer(uint64 number, uint64 newest);
    /// @notice Thrown when an epoch's times are out of order, in the future or over, or it lasts too long.
    error BadEpochTimes(uint48 asOf, uint48 notAfter, uint256 time);
    /// @notice Thrown when a root is 0, not below the field's order, or was published before.
    error BadTableRoot(uint256 root);

    /// @notice Thrown when two epochs don't contradict each other: they have different numbers, or say the same.
    error NoContradiction(uint64 first, uint64 second);

    /// @notice A new epoch.
    event EpochPublished(uint64 indexed number, uint256 indexed root, uint48 asOf, uint48 notAfter, uint32 largestMove);
    /// @notice One set of reporters signed two epochs of one number: draws and spending stand still until others report.
    event EpochsContradict(uint256 indexed set, Epoch first, Epoch second);

    /// @notice Publishes an epoch that the reporters signed. Anyone may send it.
    /// @param  set        number of the signer set
    /// @param  signatures of members, in ascending order of their places in the set
    function publish(Epoch calldata epoch, uint256 set, Signature[] calldata signatures) external;

    /// @notice Shows that one set of reporters signed two different epochs of one number for this table, published or not.
    ///         Anyone may. Reporters sign each number once: what was signed and not published is followed by the next number.
    function challenge(
        uint256 set,
        Epoch calldata first,
        Signature[] calldata firstSignatures,
        Epoch calldata second,
        Signature[] calldata secondSignatures
    ) external;

    /// @notice What is known of the epoch with this root; zeros when there is none.
    function epochOf(uint256 root) external view returns (Published memory);

    /// @notice Root of the newest epoch, 0 before the first.
    function newestRoot() external view returns (uint256);

    /// @notice Until when a proof on this table may be shown: the epoch's notAfter, or the time it was replaced if that
    ///         came first, plus the overlap. 0 for an unknown table and one older than the last but one.
    function goodUntil(uint256 root) external view returns (uint256);

    /// @notice Whether draws and spending stand still: the newest epoch's price move was too large, its reporters
    ///         contradicted themselves, or a guardian said so.
    function isPaused() external view returns (bool);

    /// @notice Seconds since deployment during which no epoch was in force.
    function stalledSeconds() external view returns (uint256);
}

/// @notice A signature of the member at a place in a signer set.
struct Signature {
    uint8 place;
    bytes data;
}
