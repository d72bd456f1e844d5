import Contracts
import Domain
import Persistence

/// A command's or rating's key: ids are unique within a site, not beyond it.
struct SiteKey<ID: Identity>: Hashable, Sendable {
    let site: SiteID
    let id: ID
}

/// An accepted command, as it is remembered for its repetition.
struct RememberedCommand: Hashable, Sendable {
    let fingerprint: [UInt8]
    let receipt: Receipt
}

/// Decides the commands of one batch in order: pure, over what the database knew when the batch began.
///
/// Later commands see what earlier ones of the same batch did.
struct BatchDecision {
    private(set) var episodes: [EpisodeID: EpisodeState]
    private(set) var ratings: [SiteKey<RatingID>: RatingState]
    private(set) var commands: [SiteKey<CommandID>: RememberedCommand]
    private let comments: CommentKeys
    private let today: CalendarDay
    private let now: Timestamp

    /// What the batch adds, in order.
    private(set) var accepted: [Accepted] = []
    private(set) var openings: [EpisodeID: EpisodeOpening] = [:]
    /// Episodes known before whose row has changed.
    private(set) var changedEpisodes: Set<EpisodeID> = []
    private(set) var newRatings: [SiteKey<RatingID>] = []
    /// Ratings known before and withdrawn now.
    private(set) var withdrawnRatings: [SiteKey<RatingID>] = []

    struct Accepted {
        let submission: Submission
        let fingerprint: [UInt8]
        let receipt: Receipt
    }

    init(
        episodes: [EpisodeID: EpisodeState], ratings: [SiteKey<RatingID>: RatingState],
        commands: [SiteKey<CommandID>: RememberedCommand], comments: CommentKeys = .none, today: CalendarDay,
        now: Timestamp
    ) {
        self.episodes = episodes
        self.ratings = ratings
        self.commands = commands
        self.comments = comments
        self.today = today
        self.now = now
    }

    mutating func decide(_ submission: Submission) -> Outcome {
        let remembered = commands[submission.key]
        let fingerprint: [UInt8]
        do throws(CommandRefusal) {
            fingerprint = try comments.fingerprint(of: submission)
            if let remembered {
                if remembered.fingerprint == fingerprint { return .repeated(remembered.receipt) }
                if submission.hasSendersID { return .refused(.idReused) }
            }
            try check(submission)
        } catch {
            return .refused(error)
        }
        guard remembered == nil else { return .refused(.idReused) }
        return .recorded(accept(submission, fingerprint))
    }

    private func check(_ submission: Submission) throws(CommandRefusal) {
        let command = submission.command
        let rating = submission.ratingKey.flatMap { ratings[$0] }
        do throws(Refusal) {
            _ = try EpisodeRules.decide(command, episode: episodes[command.episode], rating: rating, today: today)
        } catch {
            throw .rule(error)
        }
        if let named = submission.correctedInstrument, let rating, rating.instrument != named {
            throw .otherInstrument(recorded: rating.instrument)
        }
    }

    private mutating func accept(_ submission: Submission, _ fingerprint: [UInt8]) -> Receipt {
        let command = submission.command
        let known = episodes[command.episode]
        let receipt = Receipt(
            event: TimeOrderedIdentity.make(at: now), episode: command.episode, version: (known?.version ?? 0) + 1)
        accepted.append(Accepted(submission: submission, fingerprint: fingerprint, receipt: receipt))
        commands[submission.key] = RememberedCommand(fingerprint: fingerprint, receipt: receipt)
        episodes[command.episode] = known?.applying(command.event)
        note(command, key: submission.ratingKey)
        return receipt
    }

    private mutating func note(_ command: EpisodeCommand, key: SiteKey<RatingID>?) {
        switch command.event {
        case .opened(let opening):
            episodes[command.episode] = EpisodeState(id: command.episode, site: command.site, opening: opening)
            openings[command.episode] = opening
        case .participantJoined, .transferred, .closed:
            if openings[command.episode] == nil { changedEpisodes.insert(command.episode) }
        case .ratingRecorded(let rating):
            guard let key else { break }
            ratings[key] = RatingState(
                episode: command.episode, participant: rating.participant, instrument: rating.instrument,
                isWithdrawn: false)
            newRatings.append(key)
        case .ratingWithdrawn:
            guard let key, let rating = ratings[key] else { break }
            ratings[key] = RatingState(
                episode: rating.episode, participant: rating.participant, instrument: rating.instrument,
                isWithdrawn: true)
            withdrawnRatings.append(key)
        case .sessionHeld, .sessionMissed, .ratingCorrected, .ratingDiscussed, .ratingDeclined, .preferencesRecorded,
            .preferenceReviewed, .consentChanged, .reviewHeld:
            break
        }
    }
}

extension Submission {
    var key: SiteKey<CommandID> { SiteKey(site: command.site, id: id) }
    var ratingKey: SiteKey<RatingID>? { rating.map { SiteKey(site: command.site, id: $0) } }
}
