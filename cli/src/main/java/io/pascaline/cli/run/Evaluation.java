// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.cli.options.AnswerFormat;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.options.Task;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.RangeViolation;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What {@code infer} and {@code client} have in common: inputs through a private network, compared
 * with labels and with the network in plaintext, and reported.
 *
 * @param model how to call the network
 * @param plan its plan
 * @param task what its outputs are
 * @param inputs the images or numbers
 * @param classNames names of the classes, or empty
 * @param references the plaintext networks with which answers are compared, at least one; the first
 *     is used where there is only one comparison
 * @param suite which protocols run
 * @param deployment how the roles are spread
 */
public record Evaluation(
    String model,
    NetworkPlan plan,
    Task task,
    NetworkInputs inputs,
    List<String> classNames,
    List<PlainReference> references,
    SuiteFigures suite,
    Deployment deployment) {

  /** Copies the list. */
  public Evaluation {
    references = List.copyOf(references);
  }

  private PlainReference reference() {
    return references.get(0);
  }

  /**
   * Runs all images.
   *
   * @param service the private network
   * @param settings how to measure
   * @param progress shows how far the run is
   * @param answers told of each answer
   * @return every figure, of the images that were answered
   * @throws RuntimeException if the run fails before any image is answered
   */
  public InferenceReport run(
      InferenceService service,
      RunSettings settings,
      ProgressLine progress,
      PrivateRun.Answers answers) {
    PrivateRun.Answers both =
        (image, logits) -> {
          progress.onImage();
          answers.onAnswer(image, logits);
        };
    PrivateRun.Outcome outcome =
        new PrivateRun(service, inputs, inputs.count(), settings, both).run();
    List<PlaintextComparison> comparisons = new ArrayList<>();
    for (PlainReference reference : references) {
      comparisons.add(
          new PlaintextComparison(
              reference.network(),
              reference.describe(),
              score(outcome.logits(), reference),
              reference.latencies()));
    }
    return new InferenceReport(
        model,
        inputs.describe(),
        sheet(outcome.logits(), answers(outcome.logits())),
        outcome.latencies(),
        outcome.throughputPerSecond(),
        outcome.throughputInFlight(),
        settings.batch(),
        comparisons,
        outcome.measured(),
        WireFigures.between(
            outcome.before(),
            outcome.after(),
            outcome.measured(),
            outcome.sessions(),
            plan.costs()),
        suite,
        deployment,
        warnings(outcome.warnings()),
        outcome.failure());
  }

  private Score score(float[][] logits, PlainReference reference) {
    float[][] plain = reference.logits() == null ? new float[0][] : reference.logits();
    return task == Task.REGRESSION
        ? Score.ofValues(answers(logits), answers(plain), inputs.targets())
        : Score.of(preferences(logits), preferences(plain), labels());
  }

  private int[] labels() {
    return task == Task.REGRESSION
        ? inputs.noLabels()
        : inputs.labels(plan.outputTransform().classCount(plan.outputElementCount()));
  }

  /** Returns what the model makes of its logits; where that is one class, a score for each. */
  private float[] answer(float[] logits) {
    OutputTransform transform = plan.outputTransform();
    float[] answer = transform.apply(logits);
    if (task == Task.REGRESSION) {
      return answer;
    }
    return switch (transform.kind()) {
      case ARG_MAX, ARG_MIN -> logits;
      case SIGMOID -> logits.length == 1 ? new float[] {1 - answer[0], answer[0]} : answer;
      case NONE, SOFTMAX, LOG_SOFTMAX -> answer;
    };
  }

  private float[][] answers(float[][] logits) {
    return byInput(logits, this::answer);
  }

  private float[][] preferences(float[][] logits) {
    return byInput(logits, plan.outputTransform()::preferences);
  }

  private static float[][] byInput(float[][] logits, UnaryOperator<float[]> function) {
    float[][] results = new float[logits.length][];
    for (int i = 0; i < results.length; i++) {
      results[i] = logits[i] == null ? null : function.apply(logits[i]);
    }
    return results;
  }

  private AnswerSheet sheet(float[][] logits, float[][] scores) {
    List<String> names = IntStream.range(0, inputs.count()).mapToObj(inputs::name).toList();
    float[][] preferences = task == Task.REGRESSION ? scores : preferences(logits);
    return new AnswerSheet(
        task, names, labels(), inputs.targets(), classNames, scores, preferences);
  }

  /**
   * Returns what writes the rows of a table of answers while the run goes on.
   *
   * @param file of the answers; nothing is written before the end if it is no table, or empty
   */
  public AnswerRows rows(Optional<OutputFile> file) {
    int[] labels = labels();
    double[] targets = inputs.targets();
    return new AnswerRows(
        file.filter(answers -> AnswerFormat.of(answers) == AnswerFormat.CSV),
        (image, logits) -> {
          float[] scores = answer(logits);
          return new AnswerSheet(
              task,
              List.of(inputs.name(image)),
              new int[] {labels[image]},
              new double[] {targets[image]},
              classNames,
              new float[][] {scores},
              new float[][] {
                task == Task.REGRESSION ? scores : plan.outputTransform().preferences(logits)
              });
        });
  }

  private List<RangeWarning> warnings(List<List<RangeViolation>> byImage) {
    List<RangeWarning> warnings = new ArrayList<>();
    for (int i = 0; i < byImage.size(); i++) {
      for (RangeViolation violation : byImage.get(i)) {
        warnings.add(new RangeWarning(i, inputs.name(i), violation));
      }
    }
    return warnings;
  }

  /**
   * Refuses images that are out of the plan's range, before anything is sent.
   *
   * @throws CommandFault naming the first such image
   */
  public void requireInRange() {
    for (int i = 0; i < inputs.count(); i++) {
      Optional<RangeViolation> violation = plan.checkInput(inputs.apply(i));
      if (violation.isPresent()) {
        throw refused(new RangeWarning(i, inputs.name(i), violation.get()));
      }
    }
  }

  /**
   * Refuses a run with an answer out of range.
   *
   * @throws CommandFault naming the first such image
   */
  public static void requireInRange(InferenceReport report) {
    if (!report.rangeWarnings().isEmpty()) {
      throw refused(report.rangeWarnings().get(0));
    }
  }

  private static CommandFault refused(RangeWarning warning) {
    return new CommandFault(
        warning.describe(),
        "normalise images as in training (--mean, --std), calibrate the network with such images,"
            + " or accept answers that may be wrong with --out-of-range warn");
  }

  /**
   * Returns a printer of the answers, one row for each.
   *
   * @param out where to
   */
  public AnswerTable table(PrintWriter out) {
    return new AnswerTable(
        out,
        task,
        inputs,
        labels(),
        reference().logits(),
        classNames,
        this::answer,
        plan.outputTransform());
  }

  /**
   * Prints a report and writes its files.
   *
   * @param report every figure
   * @param out the report for people; empty if the answers are enough
   * @param json the JSON file, if there is to be one
   * @param answers the file of answers, if there is to be one
   * @throws RuntimeException what ended the run before all images were answered
   */
  public static void publish(
      InferenceReport report,
      Optional<PrintWriter> out,
      Optional<OutputFile> json,
      Optional<OutputFile> answers) {
    out.ifPresent(
        writer -> {
          writer.println();
          new ReportPrinter(writer).summary(report);
        });
    json.ifPresent(file -> file.writeJson(report.toJson(new ObjectMapper())));
    answers.ifPresent(report.answers()::write);
    report
        .failure()
        .ifPresent(
            failure -> {
              throw failure;
            });
  }
}
