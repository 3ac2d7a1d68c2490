// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Protocol} from "../generated/Protocol.sol";

/// @notice What a solvency proof says beside its account, table and alias. `report` and `salt` are 0 at desks and venues.
struct SolvencyClaim {
    uint256 coverage;
    bool withSpendKey;
    uint256 issuerId;
    uint256 instrumentA;
    int256 sizeA;
    uint256 instrumentB;
    int256 sizeB;
}

/// @title  ClaimLib
/// @notice Small public values of a proof in one signal, least significant first. Contracts build the claim they expect
///         and never read a caller's.
library ClaimLib {
    /// @notice Thrown when a part has more bits than its place: it would spill into the next one.
    error ClaimOutOfRange(string part, uint256 value);

    int256 private constant LIMIT = int256(1 << Protocol.LOTS_BITS);

    /// @notice Claim of a solvency proof to a desk or venue.
    function pack(SolvencyClaim memory c) internal pure returns (uint256) {
        _range("coverage", c.coverage, Protocol.CLAIM_SOLVENCY_REPORT - Protocol.CLAIM_SOLVENCY_COVERAGE);
        _range("issuerId", c.issuerId, Protocol.ISSUER_BITS);
        _range("instrumentA", c.instrumentA, Protocol.INSTRUMENT_BITS);
        _range("instrumentB", c.instrumentB, Protocol.INSTRUMENT_BITS);
        return (c.coverage << Protocol.CLAIM_SOLVENCY_COVERAGE)
            | (_bit(c.withSpendKey) << Protocol.CLAIM_SOLVENCY_WITH_SPEND_KEY)
            | (c.issuerId << Protocol.CLAIM_SOLVENCY_ISSUER_ID)
            | (c.instrumentA << Protocol.CLAIM_SOLVENCY_INSTRUMENT_A)
            | (offset("sizeA", c.sizeA) << Protocol.CLAIM_SOLVENCY_SIZE_A)
            | (c.instrumentB << Protocol.CLAIM_SOLVENCY_INSTRUMENT_B)
            | (offset("sizeB", c.sizeB) << Protocol.CLAIM_SOLVENCY_SIZE_B);
    }

    /// @notice Claim of spending.
    function packSpend(uint256 coverage, bool onAnyTable) internal pure returns (uint256) {
        _range("coverage", coverage, Protocol.CLAIM_SPEND_ON_ANY_TABLE - Protocol.CLAIM_SPEND_COVERAGE);
        return (coverage << Protocol.CLAIM_SPEND_COVERAGE) | (_bit(onAnyTable) << Protocol.CLAIM_SPEND_ON_ANY_TABLE);
    }

    /// @notice A size of lots as it is stored: size + 2^38, for |size| < 2^38.
    function offset(string memory part, int256 size) internal pure returns (uint256) {
        if (size <= -LIMIT || size >= LIMIT) revert ClaimOutOfRange(part, uint256(size));
        return uint256(size + LIMIT);
    }

    function _bit(bool flag) private pure returns (uint256) {
        return flag ? 1 : 0;
    }

    function _range(string memory part, uint256 value, uint256 bits) private pure {
        if (value >> bits != 0) revert ClaimOutOfRange(part, value);
    }
}
