// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Circuit, Protocol, Signals, SolvencySignals} from "../generated/Protocol.sol";
import {IRiskBook} from "../interfaces/IRiskBook.sol";
import {IRootSource} from "../interfaces/IRootSource.sol";
import {IStanding, SolvencyProof, Standing, StandingTimes, Status} from "../interfaces/IStanding.sol";
import {IVerifiers} from "../interfaces/IVerifiers.sol";
import {ClaimLib, SolvencyClaim} from "../lib/ClaimLib.sol";
import {ProofContext} from "../lib/ProofContext.sol";
import {RootSlot} from "../lib/RootSlot.sol";
import {VerifierLib} from "../lib/VerifierLib.sol";
import {Guarded} from "./Guarded.sol";
import {NoteIssuer} from "./NoteIssuer.sol";

/// @notice What standings of an issuer rest on.
struct StandingConfig {
    IVerifiers verifiers;
    IRiskBook riskBook;
    /// Where the home chain's roots come from, and the registry there.
    IRootSource roots;
    address registry;
    /// Serial of the credit instrument; that of its release is one more.
    uint16 creditSerial;
    /// P(COMMITTEE, …) of the keys that proofs seal the read key to.
    uint256 committee;
    StandingTimes times;
}

/// @title  StandingBase
/// @notice What desks and venues share: an alias's standing, the proofs that keep it good, and default in two steps.
///         Whatever is held back or out of date in a proof can only understate: the booked debt counts by the largest one
///         disclosed, and releases by what this contract issued.
abstract contract StandingBase is IStanding, NoteIssuer, Guarded {
    using Signals for SolvencySignals;
    using VerifierLib for IVerifiers;

    IVerifiers public immutable verifiers;
    IRiskBook public immutable riskBook;
    IRootSource public immutable roots;
    address public immutable registry;
    uint256 public immutable committee;
    /// @notice The pair of instruments that a line is made of.
    uint256 public immutable creditInstrument;
    uint256 public immutable releaseInstrument;
    uint48 public immutable validity;
    uint48 public immutable grace;
    uint48 public immutable notice;
    uint48 public immutable longestStall;

    /// @dev First of this contract's own variables: close-out reads it by storage proof.
    mapping(uint256 alias_ => Standing) internal _standings;
    /// @dev What was proven to authorise an operator, and never the proof itself, which anyone can write in another way.
    mapping(bytes32 authorisation => bool) private _isUsed;

    constructor(StandingConfig memory config) {
        if (
            config.creditSerial == 0 || config.creditSerial == type(uint16).max || config.committee == 0
                || config.committee >= Protocol.FIELD || config.times.validity == 0
        ) revert BadConfiguration();
        (verifiers, riskBook, roots) = (config.verifiers, config.riskBook, config.roots);
        (registry, committee) = (config.registry, config.committee);
        creditInstrument = instrumentOf(config.creditSerial);
        releaseInstrument = creditInstrument + 1;
        (validity, grace) = (config.times.validity, config.times.grace);
        (notice, longestStall) = (config.times.notice, config.times.longestStall);
    }

    /// @inheritdoc IStanding
    function authorise(SolvencyProof calldata shown) external {
        Standing storage standing = _standings[shown.alias_];
        if (standing.status != Status.None && standing.status != Status.Open) {
            revert WrongStatus(shown.alias_, standing.status);
        }
        if (!shown.withSpendKey) revert SpendKeyNeeded();
        if (shown.coverage < Protocol.COVERAGE_INITIAL) revert BadCoverage(shown.coverage);
        // Else an operator whose key leaked, once replaced, would show its old proof again while that is fresh.
        bytes32 authorisation = keccak256(abi.encode(shown.alias_, msg.sender, shown.deadline, shown.seal));
        if (_isUsed[authorisation]) revert AuthorisationUsed(shown.alias_, msg.sender);
        _isUsed[authorisation] = true;
        _accept(standing, shown);
        standing.status = Status.Open;
        standing.operator = msg.sender;
        emit StandingAuthorised(shown.alias_, msg.sender);
    }

    /// @inheritdoc IStanding
    function prove(SolvencyProof calldata shown) external {
        Standing storage standing = _standings[shown.alias_];
        _requireOpen(shown.alias_, standing);
        _accept(standing, shown);
    }

    /// @inheritdoc IStanding
    function lapse(uint256 alias_) external {
        Standing storage standing = _standings[alias_];
        _requireOpen(alias_, standing);
        if (standing.lapsedAt != 0 || block.timestamp <= graceEnd(alias_) || !_matters(alias_)) revert NotLapsed(alias_);
        standing.lapsedAt = uint48(block.timestamp);
        emit Lapsed(alias_, block.timestamp + notice);
    }

    /// @inheritdoc IStanding
    function finalise(uint256 alias_) external {
        Standing storage standing = _standings[alias_];
        _requireOpen(alias_, standing);
        // What was repaid or wound down meanwhile is dust, and dust is no default.
        if (standing.lapsedAt == 0 || !_matters(alias_)) revert NotLapsed(alias_);
        if (block.timestamp < standing.lapsedAt + notice) revert NoticeNotOver(alias_, standing.lapsedAt + notice);
        standing.status = Status.Final;
        emit Finalised(alias_, standing.seal);
    }

    /// @inheritdoc IStanding
    function standingOf(uint256 alias_) external view returns (Standing memory) {
        return _standings[alias_];
    }

    /// @inheritdoc IStanding
    function usableLots(uint256 alias_) public view returns (uint256) {
        Standing storage standing = _standings[alias_];
        return Math.saturatingSub(standing.booked, standing.released);
    }

    /// @inheritdoc IStanding
    function graceEnd(uint256 alias_) public view returns (uint256) {
        Standing storage standing = _standings[alias_];
        uint256 stalled = Math.min(_stalledSeconds() - standing.stalledBefore, longestStall);
        return standing.validUntil + grace + stalled;
    }

    /// @dev Whether an alias has more open than dust.
    function _matters(uint256 alias_) internal view virtual returns (bool);

    /// @dev The checks of every draw, beside the line itself.
    function _requireDrawable(uint256 alias_, Standing storage standing) internal view {
        if (paused() || riskBook.isPaused() || roots.isFrozen()) revert DrawsPaused();
        _requireOperator(alias_, standing);
        if (block.timestamp > standing.validUntil || standing.lapsedAt != 0) {
            revert NotValid(alias_, standing.validUntil);
        }
    }

    function _requireOperator(uint256 alias_, Standing storage standing) internal view {
        _requireOpen(alias_, standing);
        if (msg.sender != standing.operator) revert NotOperator(msg.sender, standing.operator);
    }

    function _requireOpen(uint256 alias_, Standing storage standing) internal view {
        if (standing.status != Status.Open) revert WrongStatus(alias_, standing.status);
    }

    /// @dev Ends a standing for good. Whether nothing is open each issuer knows itself.
    function _close(uint256 alias_, Standing storage standing) internal {
        standing.status = Status.Closed;
        emit Closed(alias_);
    }

    /// @dev Verifies a proof and takes down what it says. Validity runs from the epoch and the root, not from now, and only
    ///      ever grows: an older proof shown later takes nothing away.
    function _accept(Standing storage standing, SolvencyProof calldata shown) private {
        bool initial = shown.coverage == Protocol.COVERAGE_INITIAL;
        if (!initial && shown.coverage != Protocol.COVERAGE_MAINTENANCE) revert BadCoverage(shown.coverage);
        uint256 validUntil = _validUntil(shown);
        _verify(shown);

        uint256 stalled = _stalledSeconds();
        if (validUntil > standing.validUntil) {
            standing.validUntil = uint48(validUntil);
            standing.stalledBefore = uint48(stalled);
            standing.lapsedAt = 0;
        }
        if (initial && shown.booked > standing.booked) standing.booked = shown.booked;
        if (shown.released > standing.folded) standing.folded = shown.released;
        standing.seal = keccak256(abi.encode(shown.seal));
        emit Proven(shown.alias_, shown.coverage, shown.booked, shown.released, standing.validUntil, shown.seal);
    }

    function _validUntil(SolvencyProof calldata shown) private view returns (uint256 validUntil) {
        uint256 rootTime = roots.rootTime(registry, RootSlot.ACCOUNTS, shown.accountsRoot);
        if (rootTime == 0) revert UnknownAccountsRoot(shown.accountsRoot);
        uint256 goodUntil = riskBook.goodUntil(shown.bookRoot);
        if (block.timestamp > goodUntil) revert StaleBook(shown.bookRoot, goodUntil);
        validUntil = Math.min(Math.min(rootTime, riskBook.epochOf(shown.bookRoot).asOf) + validity, goodUntil);
        if (block.timestamp > validUntil) revert StaleProof(validUntil);
    }

    function _verify(SolvencyProof calldata shown) private view {
        SolvencySignals memory s = SolvencySignals({
            accountsRoot: shown.accountsRoot,
            bookRoot: shown.bookRoot,
            alias_: shown.alias_,
            claim: ClaimLib.pack(
                SolvencyClaim({
                    coverage: shown.coverage,
                    withSpendKey: shown.withSpendKey,
                    issuerId: issuerId,
                    instrumentA: creditInstrument,
                    sizeA: -int256(uint256(shown.booked)),
                    instrumentB: releaseInstrument,
                    sizeB: int256(uint256(shown.released))
                })
            ),
            committee: committee,
            seal: shown.seal,
            context: ProofContext.signal(msg.sender, shown.deadline)
        });
        verifiers.check(Circuit.Solvency, shown.tier, shown.proof, s.encode());
    }

    function _stalledSeconds() private view returns (uint256) {
        return riskBook.stalledSeconds() + roots.stalledSeconds();
    }
}
