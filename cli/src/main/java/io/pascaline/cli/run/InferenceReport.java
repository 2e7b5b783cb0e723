// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pascaline.actors.text.OneLine;
import java.util.List;
import java.util.Optional;

/**
 * Every figure of one run of {@code infer}.
 *
 * @param model how the network is called
 * @param imageSource where the images come from
 * @param answers the answers, input by input
 * @param onlineLatencies of the sessions that were run one at a time
 * @param throughputPerSecond images per second
 * @param throughputInFlight how many sessions were in flight for it
 * @param batch images of a session
 * @param comparisons with networks in plaintext, at least one; of the first, the engine may say why
 *     there is nothing to compare with
 * @param measuredImages images that were answered after the warm-up
 * @param wire what went over the links, canaries included
 * @param suite which protocols ran, and what can go wrong by chance
 * @param deployment how the roles are spread
 * @param rangeWarnings what is out of the plan's range, image by image
 * @param failure what ended the run before all images were answered
 */
public record InferenceReport(
    String model,
    String imageSource,
    AnswerSheet answers,
    Latencies onlineLatencies,
    double throughputPerSecond,
    int throughputInFlight,
    int batch,
    List<PlaintextComparison> comparisons,
    int measuredImages,
    WireFigures wire,
    SuiteFigures suite,
    Deployment deployment,
    List<RangeWarning> rangeWarnings,
    Optional<RuntimeException> failure) {

  /** Copies the lists. */
  public InferenceReport {
    comparisons = List.copyOf(comparisons);
    rangeWarnings = List.copyOf(rangeWarnings);
  }

  /** Returns how many images have an input or an answer that is out of range. */
  public long imagesOutOfRange() {
    return rangeWarnings.stream().mapToInt(RangeWarning::image).distinct().count();
  }

  /** Returns the comparison with the network that the private one was made of. */
  public PlaintextComparison comparison() {
    return comparisons.get(0);
  }

  /** Returns its figures: classes, labels and how answers differ. */
  public Score score() {
    return comparison().score();
  }

  /** Returns the comparison with the network whose functions the private one computes. */
  public PlaintextComparison computed() {
    return comparisons.stream()
        .filter(comparison -> comparison.network() == PlaintextNetwork.APPROXIMATED)
        .findFirst()
        .orElse(comparison());
  }

  /** Returns the comparisons with other networks, if activations were replaced or approximated. */
  public List<PlaintextComparison> others() {
    return comparisons.subList(1, comparisons.size());
  }

  /**
   * Private latency as a multiple of the latency in plaintext, medians both; NaN if it is unknown.
   */
  public double ratio() {
    return comparison().ratio(onlineLatencies);
  }

  /** Fraction of the labelled images that the private network gets right; NaN without labels. */
  public double accuracy() {
    return score().correct() / (double) score().labelledCount();
  }

  /** Returns the same of the network in plaintext; NaN if it is not given. */
  public double plaintextAccuracy() {
    return score().isCompared() ? comparison().accuracy() : Double.NaN;
  }

  /** Fraction of all images where both agree; NaN if the network in plaintext is not given. */
  public double agreement() {
    return score().isCompared() ? comparison().agreement() : Double.NaN;
  }

  /**
   * Returns the report for programs; keys are documented in docs/cli.md.
   *
   * @param mapper makes the nodes
   * @return one JSON object
   */
  public ObjectNode toJson(ObjectMapper mapper) {
    ObjectNode json = mapper.createObjectNode();
    Score score = score();
    json.put("model", model);
    json.put("imageSource", imageSource);
    json.put("images", score.predictions().length);
    json.put("answeredImages", score.answeredCount());
    json.put("failure", failure.map(e -> OneLine.of(e.getMessage())).orElse(null));
    json.put("labelledImages", score.labelledCount());
    putNumber(json, "accuracy", accuracy());
    putNumber(json, "plaintextAccuracy", plaintextAccuracy());
    putNumber(json, "agreement", agreement());
    json.put("task", score.task().label());
    putNumber(json, "agreementTolerance", score.tolerance());
    putNumber(json, "meanAbsoluteError", score.meanError());
    putNumber(json, "plaintextMeanAbsoluteError", score.plaintextMeanError());
    putNumber(json, "maxLogitError", score.maxLogitError());
    putNumber(json, "logitSpread", score.spread());
    putNumber(json, "rounds", wire.rounds());
    putNumber(json, "onlineBytesPerParty", wire.onlineBytesPerParty());
    putNumber(json, "framingBytesPerParty", wire.framingBytesPerParty());
    suite.addTo(json);
    json.put("offlineBytes", wire.offlineBytesPlanned());
    json.put("offlineBytesDealt", wire.counted() ? wire.offlineBytesTotal().getAsLong() : null);
    json.put("wireCounted", wire.counted());
    json.put("countsEqualPlan", wire.counted() ? wire.asPlanned() : null);
    json.put("roundsPlanned", wire.roundsPlanned());
    json.put("onlineBytesPlanned", wire.onlineBytesPlanned());
    ArrayNode planned = json.putArray("onlineBytesPlannedByParty");
    planned.add(wire.planned().online().byParty0()).add(wire.planned().online().byParty1());
    json.put("measuredImages", measuredImages);
    putParties(json.putArray("parties"));
    putLatencies(json.putObject("onlineLatencyMs"), onlineLatencies);
    putLatencies(json.putObject("plaintextLatencyMs"), comparison().latencies());
    json.put("latencyImages", onlineLatencies.count());
    json.put("plaintextEngine", comparison().engine());
    putNumber(json, "ratio", ratio());
    putNumber(json, "throughputPerSecond", throughputPerSecond);
    json.put("throughputInFlight", throughputInFlight);
    json.put("batch", batch);
    putComparisons(json.putArray("comparisons"));
    putInts(json.putArray("predictions"), score.predictions());
    putInts(json.putArray("plaintextPredictions"), score.plaintextPredictions());
    answers.addTo(json.putArray("answers"));
    json.put("imagesOutOfRange", imagesOutOfRange());
    ArrayNode warnings = json.putArray("rangeWarnings");
    rangeWarnings.forEach(warning -> warning.addTo(warnings.addObject()));
    json.put("deployment", deployment.description());
    json.put("trustModel", deployment.trustModel(suite.visibility()));
    json.put("java", Runtime.version().toString());
    json.put("processors", Runtime.getRuntime().availableProcessors());
    return json;
  }

  private void putComparisons(ArrayNode array) {
    for (PlaintextComparison comparison : comparisons) {
      if (comparison.score().isCompared()) {
        ObjectNode node = array.addObject();
        node.put("network", comparison.network().label());
        node.put("plaintextEngine", comparison.engine());
        putNumber(node, "plaintextAccuracy", comparison.accuracy());
        putNumber(node, "agreement", comparison.agreement());
        putNumber(node, "plaintextMeanAbsoluteError", comparison.score().plaintextMeanError());
        putNumber(node, "maxLogitError", comparison.score().maxLogitError());
        putNumber(node, "logitSpread", comparison.score().spread());
        putLatencies(node.putObject("plaintextLatencyMs"), comparison.latencies());
        putNumber(node, "ratio", comparison.ratio(onlineLatencies));
      }
    }
  }

  private void putParties(ArrayNode array) {
    for (WireFigures.Party party : wire.parties()) {
      ObjectNode node = array.addObject();
      node.put("party", party.partyId());
      node.put("inferences", party.inferences());
      node.put("sessions", party.sessions());
      node.put("rounds", party.rounds());
      node.put("onlineBytesSent", party.onlineBytesSent());
      node.put("onlineBytesReceived", party.onlineBytesReceived());
      node.put("framingBytesSent", party.framingBytesSent());
      node.put("framingBytesReceived", party.framingBytesReceived());
      node.put("inputShareBytes", party.inputShareBytes());
      node.put("outputShareBytes", party.outputShareBytes());
      node.put("offlineBytesDealt", party.offlineBytesTotal());
      node.put("setupBytes", party.setupBytesTotal());
    }
  }

  private static void putLatencies(ObjectNode node, Latencies latencies) {
    putNumber(node, "p50", latencies.count() == 0 ? Double.NaN : latencies.p50Ms());
    putNumber(node, "p99", latencies.count() == 0 ? Double.NaN : latencies.p99Ms());
  }

  /** Unknown figures are null; whole numbers have no decimal point. */
  private static void putNumber(ObjectNode node, String key, double value) {
    if (!Double.isFinite(value)) {
      node.putNull(key);
    } else if (value == Math.rint(value)) {
      node.put(key, (long) value);
    } else {
      node.put(key, value);
    }
  }

  private static void putInts(ArrayNode array, int[] values) {
    for (int value : values) {
      if (value == Score.NO_ANSWER) {
        array.addNull();
      } else {
        array.add(value);
      }
    }
  }
}
