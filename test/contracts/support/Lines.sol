// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {LineConfig} from "contracts/base/LineBase.sol";
import {Circuit, Signals, SolvencySignals, Tier} from "contracts/generated/Protocol.sol";
import {SolvencyProof, LineTimes} from "contracts/interfaces/ILine.sol";
import {RootSlot} from "contracts/lib/RootSlot.sol";
import {StubRoots} from "./StubRoots.sol";
import {World} from "./World.sol";

/// @notice A world in which an alias shows proofs to an issuer.
abstract contract Lines is World {
    using Signals for SolvencySignals;

    address internal constant REGISTRY = address(0x4E6);
    uint256 internal constant ACCOUNTS = 0xacc;
    uint256 internal constant COMMITTEE = 0xc0;
    uint256 internal constant ALIAS = 0xa11a5;
    uint8 internal constant ISSUER = 3;
    uint48 internal constant VALIDITY = 2 hours;
    uint48 internal constant GRACE = 6 hours;
    uint48 internal constant NOTICE = 12 hours;
    uint48 internal constant STALL = 1 days;
    uint256 internal constant DEADLINE = START + 3650 days;

    StubRoots internal roots;
    uint256 private _ciphertexts = 122;

    /// @dev What the holder of an account proves of it.
    struct Shown {
        uint256 alias_;
        uint16 coverage;
        bool withSpendKey;
        uint40 booked;
        uint40 released;
        uint256 accountsRoot;
        uint256 tableRoot;
        address sender;
    }

    function setUpLines() internal {
        setUpWorld();
        roots = new StubRoots();
        root(ACCOUNTS);
    }

    /// @dev An accounts root seen now.
    function root(uint256 value) internal {
        roots.set(REGISTRY, RootSlot.ACCOUNTS, value, block.timestamp);
    }

    function config() internal view returns (LineConfig memory) {
        LineTimes memory times = LineTimes(VALIDITY, GRACE, NOTICE, STALL);
        return LineConfig(verifiers, table, roots, REGISTRY, 1, COMMITTEE, times);
    }

    function shown(uint16 coverage, bool withSpendKey, uint40 booked, uint40 released)
        internal
        view
        returns (Shown memory)
    {
        return Shown(ALIAS, coverage, withSpendKey, booked, released, ACCOUNTS, table.newestRoot(), ALICE);
    }

    /// @dev The proof of these facts, for `issuer` and its sender.
    function proofOf(address issuer, Shown memory s) internal returns (SolvencyProof memory proof) {
        proof.tier = Tier.T;
        (proof.alias_, proof.accountsRoot, proof.tableRoot) = (s.alias_, s.accountsRoot, s.tableRoot);
        (proof.coverage, proof.withSpendKey) = (s.coverage, s.withSpendKey);
        (proof.booked, proof.released, proof.deadline) = (s.booked, s.released, DEADLINE);
        // A fresh committee ciphertext for every proof, as the prover's randomness makes it.
        proof.ciphertext[0] = ++_ciphertexts;
        ideal[Circuit.Solvency].prove(statementOf(issuer, s, proof.ciphertext, DEADLINE));
    }

    /// @dev By PROTOCOL.md, section 6, and not by the contracts' own library.
    function statementOf(address issuer, Shown memory s, uint256[6] memory ciphertext, uint256 deadline)
        internal
        view
        returns (uint256[] memory)
    {
        uint256 credit = (uint256(ISSUER) << 16) | 1;
        uint256 claim = uint256(s.coverage) | (s.withSpendKey ? uint256(1) << 15 : 0) | (uint256(ISSUER) << 16)
            | (credit << 56) | (((uint256(1) << 38) - s.booked) << 80) | ((credit + 1) << 119)
            | (((uint256(1) << 38) + s.released) << 143);
        return SolvencySignals(
                s.accountsRoot,
                s.tableRoot,
                s.alias_,
                claim,
                COMMITTEE,
                ciphertext,
                contextOf(issuer, s.sender, deadline)
            ).encode();
    }
}
