import Domain

/// Shapes of points, so that a state is told without colour. Two shapes that ask for a second look, one for all else:
/// a graph that shouts is not looked at together.
enum PointShape: CaseIterable {
    case circle, diamond, triangle

    init(_ state: CourseState) {
        self =
            switch state {
            case .insufficientData, .noExpectedResponse, .onTrack, .recovered: .circle
            case .atRisk: .diamond
            case .notOnTrack, .deteriorating: .triangle
            }
    }

    func draw(_ x: Tenths, _ y: Tenths, radius: Tenths, into svg: inout SVG) {
        let wide = Tenths(tenths: radius.value * 14 / 10)
        switch self {
        case .circle:
            svg.add("circle", ["class": "dot", "cx": x.text, "cy": y.text, "r": radius.text])
        case .diamond:
            svg.polygon("dot", [(x, y - wide), (x + wide, y), (x, y + wide), (x - wide, y)])
        case .triangle:
            svg.polygon("dot", [(x, y - wide), (x + wide, y + radius), (x - wide, y + radius)])
        }
    }
}
