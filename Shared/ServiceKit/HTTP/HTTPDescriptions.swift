/// What the metrics of every service's HTTP side mean.
public enum HTTPDescriptions {
    public static let all =
        RequestObservation.descriptions + BearerAuthentication.descriptions + CallerRate.descriptions
        + OpenConnections.descriptions + ConnectionEnd.descriptions
}
