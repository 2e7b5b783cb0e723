// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.InferenceService;
import io.pascaline.cli.options.ImageInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.images.ImageSource;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanCosts;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * What {@code infer} and {@code client} have in common: images through a private network, compared
 * with labels and with the network in clear, and reported.
 *
 * @param model how to call the network
 * @param plan its plan
 * @param source the images
 * @param inputs the same, as inputs
 * @param classNames names of the classes, or empty
 * @param reference the network in clear
 * @param suite which protocols run
 * @param deployment how the roles are spread
 */
public record Evaluation(
    String model,
    NetworkPlan plan,
    ImageSource source,
    ImageInputs inputs,
    List<String> classNames,
    PlainReference reference,
    SuiteFigures suite,
    String deployment) {

  /**
   * Runs all images.
   *
   * @param service the private network
   * @param settings how to measure
   * @param quiet whether to show no progress
   * @return every figure
   */
  public InferenceReport run(InferenceService service, RunSettings settings, boolean quiet) {
    PrivateRun.Outcome outcome;
    try (ProgressLine progress = ProgressLine.show("inferring", inputs.count(), quiet)) {
      outcome = new PrivateRun(service, inputs, inputs.count(), settings, progress::onImage).run();
    }
    PlanCosts costs = plan.costs();
    Score score =
        reference.logits() == null
            ? Score.of(outcome.logits(), inputs.labels())
            : Score.of(outcome.logits(), reference.logits(), inputs.labels());
    return new InferenceReport(
        model,
        source.describe(),
        score,
        outcome.latencies(),
        outcome.throughputPerSecond(),
        outcome.throughputInFlight(),
        reference.describe(),
        reference.latencies(),
        WireFigures.between(
            outcome.before(),
            outcome.after(),
            inputs.count(),
            costs.rounds(),
            costs.onlineBytesPerDirection(),
            costs.offlineBytes()),
        suite,
        deployment);
  }

  /**
   * Prints a report and writes its JSON.
   *
   * @param report every figure
   * @param out the standard output
   * @param json the JSON file, if there is to be one
   */
  public void publish(InferenceReport report, PrintWriter out, Optional<OutputFile> json) {
    ReportPrinter printer = new ReportPrinter(out);
    printer.predictions(report.score(), source::name, classNames);
    printer.summary(report);
    json.ifPresent(file -> file.writeJson(report.toJson(new ObjectMapper())));
  }
}
