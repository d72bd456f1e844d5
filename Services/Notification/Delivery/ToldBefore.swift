import Channels
import Contracts
import Domain
import Persistence

/// Finds what need not be told: nobody is told the same thing twice.
///
/// A course that moves about a bound raises an alert, lets it fall and raises it again. Whoever was told of the first lately
/// has the second in the inbox, with the overdue message if nobody answers, and in the lists; a message more would be noise.
/// That is about messages alone: the alert stands as any other.
struct ToldBefore {
    let routes: Routes

    /// Sets ``DeliveryIntake/Wish/told`` of those that need not be sent: the alert before it in the episode said the same
    /// or worse, fell away because the course changed, nobody had answered it, and the same recipient was told of it, or is
    /// being told, no longer ago than the site's time. Where that message was withheld, that counts for whose sake it was.
    func withhold(_ wishes: [DeliveryIntake.Wish], on connection: Connection) throws -> [DeliveryIntake.Wish] {
        var wishes = wishes
        let asked = wishes.indices.filter { mayBeWithheld(wishes[$0]) }
        guard !asked.isEmpty else { return wishes }
        let rows = try connection.run(
            Self.selectTold,
            [
                .ids(asked.map { wishes[$0].call.alert }), .texts(asked.map { wishes[$0].place.id }),
                .int64s(asked.map { rearm(wishes[$0]).microseconds }), .int16s(AlertRules.ladder.map(\.number)),
            ])
        for row in rows { wishes[asked[Int(try row.int64(0)) - 1]].told = try row.id(1) }
        return wishes
    }

    private func mayBeWithheld(_ wish: DeliveryIntake.Wish) -> Bool {
        wish.call.telling == .raised && wish.place.channel != .inbox && rearm(wish) > .zero
    }

    private func rearm(_ wish: DeliveryIntake.Wish) -> Duration { routes.rearmTime(of: wish.call.kind, at: wish.call.site) }

    // $4: kinds that say the same of a course, gravest first; another kind only follows itself. Each step is one look into
    // an index, also by a plan that was made when the tables were all but empty.
    private static let selectTold: Statement = """
        select c.nth, t.delivery_id
        from unnest($1::uuid[], $2::text[], $3::bigint[]) with ordinality as c (alert_id, recipient, rearm, nth)
        cross join lateral (
            select a.episode_id, a.kind, a.raised_at from published.alert a where a.alert_id = c.alert_id limit 1
        ) n
        cross join lateral (
            select a.alert_id, a.kind, a.status, a.closed_as, a.acknowledged_at from published.alert a
            where a.episode_id = n.episode_id and a.raised_at < n.raised_at
              and a.kind = any(case when n.kind = any($4::smallint[]) then $4::smallint[] else array[n.kind] end)
            order by a.raised_at desc limit 1
        ) p
        cross join lateral (
            select o.delivery_id from notification.delivery d
            cross join lateral (
                select * from notification.delivery w
                where w.delivery_id = case d.status when 'withheld' then d.withheld_for else d.delivery_id end limit 1
            ) o
            where d.alert_id = p.alert_id and d.recipient = c.recipient and d.channel <> 'inbox'
              and (o.status = 'delivered' and o.bounced_at is null
                       and o.finished_at > now() - c.rearm * interval '1 microsecond'
                   or o.status in ('pending', 'sending') and o.attempts > 0)
            order by o.status = 'delivered' desc, o.finished_at desc limit 1
        ) t
        where p.status = 'superseded' and p.closed_as = 'course_changed' and p.acknowledged_at is null
          and (p.kind = n.kind or array_position($4::smallint[], p.kind) < array_position($4::smallint[], n.kind))
        """
}
