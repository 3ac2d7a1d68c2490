// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Circuit, Protocol, Signals, SolvencySignals} from "../generated/Protocol.sol";
import {IRiskTable} from "../interfaces/IRiskTable.sol";
import {IRootSource} from "../interfaces/IRootSource.sol";
import {ILine, SolvencyProof, Line, LineTimes, Status} from "../interfaces/ILine.sol";
import {IVerifiers} from "../interfaces/IVerifiers.sol";
import {ClaimLib, SolvencyClaim} from "../lib/ClaimLib.sol";
import {ProofContext} from "../lib/ProofContext.sol";
import {RootSlot} from "../lib/RootSlot.sol";
import {VerifierLib} from "../lib/VerifierLib.sol";
import {Guarded} from "./Guarded.sol";
import {NoteIssuer} from "./NoteIssuer.sol";

/// @notice What lines of an issuer rest on.
struct LineConfig {
    IVerifiers verifiers;
    IRiskTable riskTable;
    /// Where the home chain's roots come from, and the registry there.
    IRootSource roots;
    address registry;
    /// Serial of the credit instrument; that of its release is one more.
    uint16 creditSerial;
    /// P(COMMITTEE, …) of the keys that proofs encrypt the read key to.
    uint256 committee;
    LineTimes times;
}

/// @title  LineBase
/// @notice What desks and venues share: an alias's line, the proofs that keep it good, and default in two steps.
///         Whatever is held back or out of date in a proof can only understate: the booked debt counts by the largest one
///         disclosed, and releases by what this contract issued.
abstract contract LineBase is ILine, NoteIssuer, Guarded {
    using Signals for SolvencySignals;
    using VerifierLib for IVerifiers;

    IVerifiers public immutable verifiers;
    IRiskTable public immutable riskTable;
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
    mapping(uint256 alias_ => Line) internal _lines;
    /// @dev What was proven to authorise an operator, and never the proof itself, which anyone can write in another way.
    mapping(bytes32 authorisation => bool) private _isUsed;

    constructor(LineConfig memory config) {
        if (
            config.creditSerial == 0 || config.creditSerial == type(uint16).max || config.committee == 0
                || config.committee >= Protocol.FIELD || config.times.validity == 0
        ) revert BadConfiguration();
        (verifiers, riskTable, roots) = (config.verifiers, config.riskTable, config.roots);
        (registry, committee) = (config.registry, config.committee);
        creditInstrument = instrumentOf(config.creditSerial);
        releaseInstrument = creditInstrument + 1;
        (validity, grace) = (config.times.validity, config.times.grace);
        (notice, longestStall) = (config.times.notice, config.times.longestStall);
    }

    /// @inheritdoc ILine
    function authorise(SolvencyProof calldata shown) external {
        Line storage line = _lines[shown.alias_];
        if (line.status != Status.None && line.status != Status.Open) {
            revert WrongStatus(shown.alias_, line.status);
        }
        if (!shown.withSpendKey) revert SpendKeyNeeded();
        if (shown.coverage < Protocol.COVERAGE_INITIAL) revert BadCoverage(shown.coverage);
        // Else an operator whose key leaked, once replaced, would show its old proof again while that is fresh.
        bytes32 authorisation = keccak256(abi.encode(shown.alias_, msg.sender, shown.deadline, shown.ciphertext));
        if (_isUsed[authorisation]) revert AuthorisationUsed(shown.alias_, msg.sender);
        _isUsed[authorisation] = true;
        _accept(line, shown);
        line.status = Status.Open;
        line.operator = msg.sender;
        emit LineAuthorised(shown.alias_, msg.sender);
    }

    /// @inheritdoc ILine
    function prove(SolvencyProof calldata shown) external {
        Line storage line = _lines[shown.alias_];
        _requireOpen(shown.alias_, line);
        _accept(line, shown);
    }

    /// @inheritdoc ILine
    function lapse(uint256 alias_) external {
        Line storage line = _lines[alias_];
        _requireOpen(alias_, line);
        if (line.lapsedAt != 0 || block.timestamp <= graceEnd(alias_) || !_matters(alias_)) {
            revert NotLapsed(alias_);
        }
        line.lapsedAt = uint48(block.timestamp);
        emit Lapsed(alias_, block.timestamp + notice);
    }

    /// @inheritdoc ILine
    function declareDefault(uint256 alias_) external {
        Line storage line = _lines[alias_];
        _requireOpen(alias_, line);
        // What was repaid or wound down meanwhile is dust, and dust is no default.
        if (line.lapsedAt == 0 || !_matters(alias_)) revert NotLapsed(alias_);
        if (block.timestamp < line.lapsedAt + notice) revert NoticeNotOver(alias_, line.lapsedAt + notice);
        line.status = Status.Defaulted;
        emit Defaulted(alias_, line.ciphertext);
    }

    /// @inheritdoc ILine
    function lineOf(uint256 alias_) external view returns (Line memory) {
        return _lines[alias_];
    }

    /// @inheritdoc ILine
    function usableLots(uint256 alias_) public view returns (uint256) {
        Line storage line = _lines[alias_];
        return Math.saturatingSub(line.booked, line.released);
    }

    /// @inheritdoc ILine
    function graceEnd(uint256 alias_) public view returns (uint256) {
        Line storage line = _lines[alias_];
        uint256 stalled = Math.min(_stalledSeconds() - line.stalledBefore, longestStall);
        return line.validUntil + grace + stalled;
    }

    /// @dev Whether an alias has more open than dust.
    function _matters(uint256 alias_) internal view virtual returns (bool);

    /// @dev The checks of every draw, beside the line itself.
    function _requireDrawable(uint256 alias_, Line storage line) internal view {
        if (paused() || riskTable.isPaused() || roots.isFrozen()) revert DrawsPaused();
        _requireOperator(alias_, line);
        if (block.timestamp > line.validUntil || line.lapsedAt != 0) {
            revert NotValid(alias_, line.validUntil);
        }
    }

    function _requireOperator(uint256 alias_, Line storage line) internal view {
        _requireOpen(alias_, line);
        if (msg.sender != line.operator) revert NotOperator(msg.sender, line.operator);
    }

    function _requireOpen(uint256 alias_, Line storage line) internal view {
        if (line.status != Status.Open) revert WrongStatus(alias_, line.status);
    }

    /// @dev Ends a line for good. Whether nothing is open each issuer knows itself.
    function _close(uint256 alias_, Line storage line) internal {
        line.status = Status.Closed;
        emit Closed(alias_);
    }

    /// @dev Verifies a proof and takes down what it says. Validity runs from the epoch and the root, not from now, and only
    ///      ever grows: an older proof shown later takes nothing away.
    function _accept(Line storage line, SolvencyProof calldata shown) private {
        bool initial = shown.coverage == Protocol.COVERAGE_INITIAL;
        if (!initial && shown.coverage != Protocol.COVERAGE_MAINTENANCE) revert BadCoverage(shown.coverage);
        uint256 validUntil = _validUntil(shown);
        _verify(shown);

        uint256 stalled = _stalledSeconds();
        if (validUntil > line.validUntil) {
            line.validUntil = uint48(validUntil);
            line.stalledBefore = uint48(stalled);
            line.lapsedAt = 0;
        }
        if (initial && shown.booked > line.booked) line.booked = shown.booked;
        if (shown.released > line.received) line.received = shown.released;
        line.ciphertext = keccak256(abi.encode(shown.ciphertext));
        emit Proven(shown.alias_, shown.coverage, shown.booked, shown.released, line.validUntil, shown.ciphertext);
    }

    function _validUntil(SolvencyProof calldata shown) private view returns (uint256 validUntil) {
        uint256 rootTime = roots.rootTime(registry, RootSlot.ACCOUNTS, shown.accountsRoot);
        if (rootTime == 0) revert UnknownAccountsRoot(shown.accountsRoot);
        uint256 goodUntil = riskTable.goodUntil(shown.tableRoot);
        if (block.timestamp > goodUntil) revert StaleTable(shown.tableRoot, goodUntil);
        validUntil = Math.min(Math.min(rootTime, riskTable.epochOf(shown.tableRoot).asOf) + validity, goodUntil);
        if (block.timestamp > validUntil) revert StaleProof(validUntil);
    }

    function _verify(SolvencyProof calldata shown) private view {
        SolvencySignals memory s = SolvencySignals({
            accountsRoot: shown.accountsRoot,
            tableRoot: shown.tableRoot,
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
            ciphertext: shown.ciphertext,
            context: ProofContext.signal(msg.sender, shown.deadline)
        });
        verifiers.check(Circuit.Solvency, shown.tier, shown.proof, s.encode());
    }

    function _stalledSeconds() private view returns (uint256) {
        return riskTable.stalledSeconds() + roots.stalledSeconds();
    }
}
