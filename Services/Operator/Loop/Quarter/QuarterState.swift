import Contracts
import Domain
import Foundation
import Persistence

/// How far the real programs have come with what has happened so far, by one look at the database.
struct QuarterState {
    /// What of a lane had been handed on to everybody when everything was settled.
    struct Passed {
        var events: Int64 = 0
        var position: Int64 = 0
    }

    /// Everything that was accepted has been scored, alerted and told, and nothing that is due waits.
    let isSettled: Bool
    /// When the next alert or message falls due; nil for none.
    let nextDue: Timestamp?
    /// When the next safety alert does.
    let nextDanger: Timestamp?
    /// The lane of episodes, and that of alerts.
    let episodes: Passed
    let alerts: Passed

    /// The beginning, before anything happens.
    init() {
        (isSettled, nextDue, nextDanger, episodes, alerts) = (false, nil, nil, Passed(), Passed())
    }

    /// - Parameters:
    ///   - settled: the state in which everything was settled last.
    ///   - touched: episodes in which something has happened since then.
    init(after settled: QuarterState, touched: Set<EpisodeID>, on connection: Connection) throws {
        let looking = QuarterSite.all.filter(\.raisesLacks)
        let row = try connection.run(
            Self.select,
            [
                .ids(Array(touched)), .int64(settled.episodes.position), .int64(settled.episodes.events),
                .int64(settled.alerts.position), .int64(settled.alerts.events),
                .texts(looking.map(\.id.text)), .texts(looking.map(\.zone.identifier)),
            ]
        ).only()
        isSettled = try row.bool(0)
        nextDue = try row.optionalTimestamp(1)
        episodes = Passed(events: try row.int64(2), position: try row.int64(3))
        alerts = Passed(events: try row.int64(4), position: try row.int64(5))
        nextDanger = try row.optionalTimestamp(6)
    }

    /// Offsets are those of the one Kafka that there is, whose topics begin at 0: a consumer has taken in as many records
    /// as there are events in the lane.
    private static let select = Statement(
        """
        with lane as materialized (
            select 1 as category, $3 + count(*) as events, coalesce(max(position), $2) as head
            from published.event where category = 1 and not backfill and position > $2
            union all
            select 2, $5 + count(*), coalesce(max(position), $4)
            from published.event where category = 2 and not backfill and position > $4),
        taken as materialized (
            select consumer_group, topic, sum(greatest(next_offset, 0)) as records
            from published.consumer_position group by consumer_group, topic)
        select
            not exists (
                select from (values ('attune-scoring', '\(Topic.episodeEvents.name)', 1),
                                    ('attune-alerting', '\(Topic.episodeEvents.name)', 1),
                                    ('attune-notification', '\(Topic.alerts.name)', 2)) as part (
                        consumer_group, topic, category)
                join lane using (category) left join taken using (consumer_group, topic)
                where coalesce(taken.records, 0) < lane.events)
            and not exists (
                select from unnest($1::uuid[]) as touched (id)
                join published.trajectory t on t.episode_id = touched.id
                left join published.alerted_course c using (episode_id, participant_id, instrument, instrument_version)
                where c.version is null or c.version < t.version)
            and not exists (select from published.delivery
                            where status in ('pending', 'sending') and next_attempt_at <= clock_timestamp())
            and not exists (select from published.alert
                            where status in ('raised', 'opened') and not ladder_ended and due_at <= clock_timestamp())
            and not exists (
                select from unnest($6::text[], $7::text[]) as looking (site, zone) left join published.round r using (site)
                where (r.day = (clock_timestamp() at time zone looking.zone)::date and r.finished) is not true
                  and exists (select from published.episode e where e.site = looking.site and e.closed_on is null)),
            least((select min(next_attempt_at) from published.delivery where status in ('pending', 'sending')),
                  (select min(due_at) from published.alert where status in ('raised', 'opened') and not ladder_ended)),
            (select events from lane where category = 1), (select head from lane where category = 1),
            (select events from lane where category = 2), (select head from lane where category = 2),
            (select min(due_at) from published.alert
             where status in ('raised', 'opened') and not ladder_ended and kind = \(AlertKind.safety.number))
        """)
}

/// A message that somebody has got.
struct QuarterNotice {
    let alert: AlertID
    let kind: AlertKind
    let site: SiteID
    let episode: EpisodeID
    /// An id of the directory.
    let person: String
    /// The message says that nobody has answered in time.
    let isPassedOn: Bool
    let at: Timestamp

    /// Messages delivered since a time, oldest first.
    static func since(_ time: Timestamp, on connection: Connection) throws -> [QuarterNotice] {
        try connection.run(select, [.timestamp(time)]).compactMap { row in
            guard let kind = AlertKind(number: try row.int16(1)), let site = SiteID(try row.text(2)) else { return nil }
            return QuarterNotice(
                alert: try row.id(0), kind: kind, site: site, episode: try row.id(3), person: try row.text(4),
                isPassedOn: try row.int32(5) > 0, at: try row.timestamp(6))
        }
    }

    private static let select = Statement(
        """
        select alert_id, kind, site, episode_id, substr(recipient, length('person:') + 1), escalation_level, finished_at
        from published.delivery where status = 'delivered' and finished_at > $1 and recipient like 'person:%'
        order by finished_at, delivery_id
        """)
}
