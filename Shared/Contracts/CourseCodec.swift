public import Domain
import FoundationEssentials
import SwiftProtobuf

/// A whole course as scoring stores it: one column for each property of its points.
public enum CourseCodec {
    private static let boundsWidth = 7
    private static let linesWidth = 2

    private enum Mark {
        static let bounds: UInt8 = 1
        static let lowestItem: UInt8 = 2
        static let safetyItems: UInt8 = 4
        static let lines: UInt8 = 8
    }

    public static func encode(_ trajectory: Trajectory) throws -> [UInt8] {
        let points = trajectory.points
        var message = Attune_V1_Course()
        message.provenance = Attune_V1_Provenance(trajectory.provenance)
        var ids: [UInt8] = []
        ids.reserveCapacity(points.count * 16)
        for point in points { withUnsafeBytes(of: point.rating.id.rawValue.uuid) { ids.append(contentsOf: $0) } }
        message.ratingIds = Data(ids)
        message.marks = Data(points.map { marks(of: $0) })
        message.sessions = points.map { UInt32($0.rating.session) }
        message.days = points.map { Int32($0.rating.day.daysSinceEpoch) }
        message.scores = points.map { Int32($0.rating.score) }
        message.versions = points.map(\.rating.version)
        message.states = points.map { Attune_V1_CourseState($0.state) }
        message.improvements = points.map { Int32($0.improvement) }
        var expected: [Int32] = []
        expected.reserveCapacity(points.count * boundsWidth)
        for point in points {
            switch point.expectation {
            case .bounds(let bounds): append(bounds, to: &expected)
            case .lines(let lines): message.lines += [Int32(clamping: lines.success), Int32(clamping: lines.failure)]
            case nil: break
            }
            if let lowest = point.rating.lowestItem { message.lowestItems.append(Int32(lowest)) }
            if !point.rating.safetyItems.isEmpty { message.safetyItems.append(contentsOf: mask(of: point.rating.safetyItems)) }
        }
        message.expected = expected
        return try message.serializedBytes()
    }

    public static func decode(_ bytes: [UInt8]) throws(MalformedEvent) -> Trajectory {
        let message: Attune_V1_Course
        do {
            message = try Attune_V1_Course(serializedBytes: bytes)
        } catch {
            throw MalformedEvent(field: "body", problem: "not a protobuf Course")
        }
        var columns = try Columns(message)
        var points: [TrajectoryPoint] = []
        points.reserveCapacity(columns.count)
        for index in 0..<columns.count { points.append(try columns.point(index)) }
        return Trajectory(points: points, provenance: try Provenance(message.provenance))
    }

    private static func marks(of point: TrajectoryPoint) -> UInt8 {
        let expectation: UInt8 =
            switch point.expectation {
            case .bounds: Mark.bounds
            case .lines: Mark.lines
            case nil: 0
            }
        let lowest = point.rating.lowestItem == nil ? 0 : Mark.lowestItem
        let safety = point.rating.safetyItems.isEmpty ? 0 : Mark.safetyItems
        return expectation | lowest | safety
    }

    private static func append(_ expected: ExpectedResponse, to column: inout [Int32]) {
        column.append(Int32(expected.mean))
        column.append(Int32(expected.lower68))
        column.append(Int32(expected.upper68))
        column.append(Int32(expected.lower80))
        column.append(Int32(expected.upper80))
        column.append(Int32(expected.lower90))
        column.append(Int32(expected.upper90))
    }

    private static func mask(of items: ItemNumbers) -> [UInt8] {
        var mask = [UInt8](repeating: 0, count: 16)
        for number in items.numbers { mask[15 - (number - 1) / 8] |= 1 << UInt8((number - 1) % 8) }
        return mask
    }

    private static func items(of mask: some Collection<UInt8>) -> ItemNumbers {
        var numbers: [Int] = []
        for (index, byte) in mask.reversed().enumerated() {
            for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 { numbers.append(index * 8 + bit + 1) }
        }
        return ItemNumbers(numbers)
    }

    /// The columns of a message whose lengths fit each other, and how far the sparse ones have been read.
    private struct Columns {
        private let ids: [UInt8]
        private let marks: [UInt8]
        private let sessions: [UInt32]
        private let days: [Int32]
        private let scores: [Int32]
        private let versions: [UInt64]
        private let states: [Attune_V1_CourseState]
        private let improvements: [Int32]
        private let bounds: [Int32]
        private let lines: [Int32]
        private let lowestItems: [Int32]
        private let safetyItems: [UInt8]
        let count: Int
        private var nextBounds = 0
        private var nextLines = 0
        private var lowest = 0
        private var safety = 0

        init(_ message: Attune_V1_Course) throws(MalformedEvent) {
            ids = Array(message.ratingIds)
            marks = Array(message.marks)
            sessions = message.sessions
            days = message.days
            scores = message.scores
            versions = message.versions
            states = message.states
            improvements = message.improvements
            bounds = message.expected
            lines = message.lines
            lowestItems = message.lowestItems
            safetyItems = Array(message.safetyItems)
            let count = marks.count
            self.count = count
            let marks = marks
            func marked(_ mark: UInt8) -> Int { marks.count { $0 & mark != 0 } }
            guard ids.count == count * 16, sessions.count == count, days.count == count, scores.count == count,
                versions.count == count, states.count == count, improvements.count == count,
                bounds.count == marked(Mark.bounds) * boundsWidth, lines.count == marked(Mark.lines) * linesWidth,
                lowestItems.count == marked(Mark.lowestItem), safetyItems.count == marked(Mark.safetyItems) * 16
            else { throw MalformedEvent(field: "body", problem: "columns of different lengths") }
        }

        /// The points must be asked for in order.
        mutating func point(_ index: Int) throws(MalformedEvent) -> TrajectoryPoint {
            guard let id = RatingID(bytes: ids[index * 16..<index * 16 + 16]) else {
                throw MalformedEvent(field: "rating_ids", problem: "not an id of 16 bytes")
            }
            let rating = ScoredRating(
                id: id, session: Int(sessions[index]),
                day: CalendarDay(daysSinceEpoch: Int(days[index])), score: Int(scores[index]),
                safetyItems: nextSafetyItems(marks[index]), lowestItem: nextLowestItem(marks[index]),
                version: versions[index])
            return TrajectoryPoint(
                rating: rating, expectation: nextExpectation(marks[index]), state: try CourseState(states[index]),
                improvement: Int(improvements[index]))
        }

        private mutating func nextExpectation(_ mark: UInt8) -> Expectation? {
            if mark & Mark.bounds != 0 {
                let first = nextBounds
                nextBounds += boundsWidth
                return .bounds(
                    ExpectedResponse(
                        mean: Int(bounds[first]), lower68: Int(bounds[first + 1]), upper68: Int(bounds[first + 2]),
                        lower80: Int(bounds[first + 3]), upper80: Int(bounds[first + 4]),
                        lower90: Int(bounds[first + 5]), upper90: Int(bounds[first + 6])))
            }
            guard mark & Mark.lines != 0 else { return nil }
            defer { nextLines += linesWidth }
            return .lines(TargetLines(success: Int(lines[nextLines]), failure: Int(lines[nextLines + 1])))
        }

        private mutating func nextLowestItem(_ mark: UInt8) -> Int? {
            guard mark & Mark.lowestItem != 0 else { return nil }
            defer { lowest += 1 }
            return Int(lowestItems[lowest])
        }

        private mutating func nextSafetyItems(_ mark: UInt8) -> ItemNumbers {
            guard mark & Mark.safetyItems != 0 else { return [] }
            defer { safety += 16 }
            return items(of: safetyItems[safety..<safety + 16])
        }
    }
}
