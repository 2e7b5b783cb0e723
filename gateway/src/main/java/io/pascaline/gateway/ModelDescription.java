// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/**
 * Everything that a client needs to know of a model in order to ask: what its input is, how it is
 * encoded and shared, and what the answer means. Public; nothing of the weights is in it.
 * Immutable.
 */
final class ModelDescription {
  private final NetworkPlan plan;
  private final InputDescription input;
  private final String planDigest;
  private final String version;
  private final ByteString encodedPlan;
  private final ByteString encoded;

  ModelDescription(NetworkPlan plan, InputDescription input) {
    this.plan = plan;
    this.input = input;
    planDigest = HexFormat.of().formatHex(plan.digest());
    version = InferenceResult.version(plan);
    // Once: whoever downloads them often costs the gateway no memory.
    encodedPlan = ByteString.fromArrayUnsafe(plan.encode());
    encoded = JsonForm.of(whole());
  }

  String name() {
    return plan.name();
  }

  /** Returns the start of the plan's digest: another plan is another version. */
  String version() {
    return version;
  }

  String planDigest() {
    return planDigest;
  }

  /** Returns the plan's own form. */
  ByteString encodedPlan() {
    return encodedPlan;
  }

  /** Returns the JSON form of the whole description. */
  ByteString encoded() {
    return encoded;
  }

  /** Returns the form of the list of models. */
  Map<String, Object> summary(boolean isReady, boolean isDefault) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("name", name());
    summary.put("version", version());
    summary.put("planDigest", planDigest());
    summary.put("ready", isReady);
    summary.put("default", isDefault);
    return summary;
  }

  /** Returns the whole description; the same at both parties but for nothing. */
  private Map<String, Object> whole() {
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("name", name());
    whole.put("version", version());
    whole.put("planDigest", planDigest());
    whole.put("ringBits", Integer.SIZE * plan.ring().wordsPerElement());
    whole.put("input", inputForm());
    whole.put("output", outputForm());
    whole.put("labels", input.labels());
    return whole;
  }

  private Map<String, Object> inputForm() {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("shape", Arrays.stream(plan.inputShape().dims()).boxed().toList());
    form.put("elementCount", plan.inputShape().elementCount());
    form.put("wordCount", plan.inputWordCount());
    form.put("fractionBits", plan.inputFractionBits());
    form.put("encodableLimit", plan.encodableLimit());
    form.put("rangeLimits", plan.inputRange().limits());
    form.put("mean", numbers(input.mean()));
    form.put("std", numbers(input.std()));
    return form;
  }

  private Map<String, Object> outputForm() {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("elementCount", plan.outputElementCount());
    form.put("wordCount", plan.outputWordCount());
    form.put("fractionBits", plan.outputFractionBits());
    form.put("divisor", plan.outputLayer().outputDivisor());
    form.put("maxMagnitude", plan.maxOutputMagnitude());
    OutputTransform transform = plan.outputTransform();
    form.put("transform", transform.kind().name().toLowerCase(Locale.ROOT));
    form.put("transformAxisLength", transform.axisLength());
    form.put("transformInnerCount", transform.innerCount());
    form.put("classCount", transform.classCount(plan.outputElementCount()));
    return form;
  }

  private static List<Double> numbers(List<String> texts) {
    // In single precision, as the command normalises, so that all clients send the same input.
    return texts.stream().map(text -> (double) Float.parseFloat(text.strip())).toList();
  }
}
