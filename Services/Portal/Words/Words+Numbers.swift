import Domain

extension Words {
    /// A whole number; a negative one with a true minus sign.
    func integer(_ value: Int) -> String { value < 0 ? "\u{2212}\(value.magnitude)" : String(value) }

    /// A number of steps as people write it: 253 tenths are `25.3`, in German `25,3`.
    /// - Parameter denominator: steps in one: 1, 10, 100 or 1000.
    func decimal(_ steps: Int, denominator: Int) -> String {
        let text = DecimalSteps.text(steps, denominator: denominator).replacing(".", with: language.decimalMark)
        return steps < 0 ? "\u{2212}" + text.dropFirst() : text
    }

    /// The same with its sign, also for more: `+2.5`.
    func signed(_ steps: Int, denominator: Int) -> String {
        (steps > 0 ? "+" : "") + decimal(steps, denominator: denominator)
    }

    /// Hundredths of a step, such as an expected score, rounded half away from zero to whole steps.
    func decimal(hundredths: Int, denominator: Int) -> String {
        decimal(roundedSteps(hundredths), denominator: denominator)
    }

    /// A share in whole percent, rounded half up; of nothing there is none: a dash.
    func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "\u{2013}" }
        return percent((part * 200 + whole) / (whole * 2))
    }

    /// Whole percent.
    func percent(_ value: Int) -> String { self("format.percent", ["number": integer(value)]) }

    /// Hundredths of a step, as whole steps.
    func roundedSteps(_ hundredths: Int) -> Int { (abs(hundredths) + 50) / 100 * hundredths.signum() }
}
