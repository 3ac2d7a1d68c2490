// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILine, Line, Status} from "plimsoll/contracts/interfaces/ILine.sol";
import {VenueOutbox} from "plimsoll/contracts/VenueOutbox.sol";

/// @title  LineReader
/// @notice A venue's gate: whether an alias may trade here now.
contract LineReader {
    VenueOutbox public immutable OUTBOX;

    constructor(VenueOutbox outbox) {
        OUTBOX = outbox;
    }

    /// @return Whether the alias has an open line whose last proof is still good.
    function mayTrade(uint256 alias_) external view returns (bool) {
        Line memory line = ILine(address(OUTBOX)).lineOf(alias_);
        return line.status == Status.Open && line.validUntil >= block.timestamp;
    }
}
