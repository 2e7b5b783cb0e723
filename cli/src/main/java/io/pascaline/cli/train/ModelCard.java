// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.output.Figures;
import io.pascaline.cli.run.RangePrinter;
import io.pascaline.cli.run.RangeReport;
import io.pascaline.cli.run.Score;
import io.pascaline.images.set.DataSet;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.random.Sha256;
import io.pascaline.training.TrainingOutcome;
import io.pascaline.training.export.WeightFormat;
import io.pascaline.training.loop.EndLayers;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.network.ActivationFamily;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What a trained network is, as a page of Markdown: data, budget, seed, accuracy in plaintext and
 * in private, ranges, and the command to repeat it.
 *
 * @param head which network
 * @param provenance how it came about
 * @param results what was measured
 */
record ModelCard(Head head, Provenance provenance, Results results) {
  /** A matrix of more classes would fill pages. */
  private static final int MAX_CONFUSION_CLASSES = 20;

  /** What stands before a path, its folders, its last name. */
  private static final Pattern ABSOLUTE =
      Pattern.compile("((?:--[a-z-]+=)?(?:[a-z0-9-]+:)?)(?:/|[A-Za-z]:\\\\).*?([^/\\\\]+)[/\\\\]*");

  /**
   * Which network it is.
   *
   * @param name of the ONNX file, without its ending
   * @param file the ONNX file
   * @param weights how the file stores weights
   * @param licence of the network, if stated
   * @param intendedUse what the network is for, if stated
   * @param date of the page
   */
  record Head(
      String name,
      byte[] file,
      WeightFormat weights,
      Optional<String> licence,
      Optional<String> intendedUse,
      LocalDate date) {}

  /**
   * What was measured.
   *
   * @param answers of the file to all test images
   * @param secure the private run; empty if there was none
   * @param secureNote why there was none
   * @param ranges on test images
   * @param before of the network to compare with, if any
   */
  record Results(
      TestAnswers answers,
      Optional<PrivateMeasurement> secure,
      String secureNote,
      RangeReport ranges,
      Optional<RangeReport> before) {}

  /**
   * Returns a word of the command line as the card shows it: of an absolute path only the last
   * name, since the folders above it are nobody's business but the owner's.
   *
   * @param word may have a data set's name before a colon, or an option before a sign
   */
  static String withoutFolders(String word) {
    Matcher matcher = ABSOLUTE.matcher(word);
    return matcher.matches() ? matcher.group(1) + matcher.group(2) : word;
  }

  /** Returns text on one line, with a space for what separates its lines. */
  static String onOneLine(String text) {
    return OneLine.of(text, text.length());
  }

  /** Returns text on one line that does not end a cell of a table. */
  static String cell(String text) {
    return onOneLine(text).replace("|", "\\|");
  }

  /** Returns the page. */
  String markdown() {
    StringBuilder page = new StringBuilder();
    page.append("# ").append(head.name()).append("\n\n");
    page.append("This page is written by `pascaline train`.\n\n");
    line(
        page,
        "network",
        graph().name()
            + ", "
            + Figures.count(Zoo.parameterCount(graph()))
            + " parameters, "
            + Figures.count(Zoo.activationCount(graph()))
            + " activations per image");
    line(page, "activation", activation());
    line(page, "data", withoutFolders(data().name()) + ": " + data().describe());
    line(
        page,
        "input",
        "(pixel / 255 - mean) / std, mean "
            + outcome().normalisation().meanList()
            + ", std "
            + outcome().normalisation().deviationList());
    line(page, "classes", String.join(", ", classNames()));
    line(page, "licence", head.licence().map(ModelCard::cell).orElse("not stated (`--licence`)"));
    line(
        page,
        "intended use",
        head.intendedUse().map(ModelCard::cell).orElse("not stated (`--intended-use`)"));
    line(page, "date", head.date().toString());
    line(
        page,
        "file",
        Figures.count(head.file().length)
            + " bytes, "
            + (head.weights() == WeightFormat.FLOAT32
                ? "weights in float32"
                : "weights of layers with 4,096 weights and more rounded to "
                    + head.weights().name().toLowerCase(Locale.ROOT)
                    + " after training")
            + "; SHA-256 "
            + HexFormat.of().formatHex(Sha256.of(head.file())));
    page.append("\n## Accuracy\n\n");
    accuracy(page);
    page.append("\n## Budget\n\n");
    budget(page);
    page.append("\n## Ranges\n\nInputs of the activations on ")
        .append(results.ranges().imageCount())
        .append(
            " test images, in plaintext; the bound is the compiler's, from training images.\n\n")
        .append(RangePrinter.markdown(results.ranges()));
    results
        .before()
        .ifPresent(
            report ->
                page.append("\nThe same of ")
                    .append(report.model())
                    .append(", to compare with:\n\n")
                    .append(RangePrinter.markdown(report)));
    page.append("\n## To repeat it\n\n```\n").append(provenance.command()).append("\n```\n\n");
    page.append("The same seed on ")
        .append(threadCount())
        .append(" of the same kind of processor gives the same weights.\n");
    return page.toString();
  }

  private DataSet data() {
    return provenance.data();
  }

  private Recipe recipe() {
    return provenance.recipe();
  }

  private TrainingOutcome outcome() {
    return provenance.outcome();
  }

  private NetworkGraph graph() {
    return outcome().network();
  }

  private String activation() {
    ActivationFamily family = provenance.family();
    return family instanceof ActivationFamily.Kept
        ? family.name() + ", which the file contains: nothing is approximated again"
        : family.name();
  }

  private String threadCount() {
    int threads = provenance.threads();
    return threads == 1 ? "1 thread" : threads + " threads";
  }

  private void accuracy(StringBuilder page) {
    line(
        page,
        "test images in plaintext, all " + results.answers().imageCount(),
        results.answers().accuracy() + " on " + results.answers().engine());
    if (head.weights() != WeightFormat.FLOAT32) {
      percent(page, "the same before weights were rounded", outcome().testAccuracy());
    }
    percent(
        page,
        "validation images (" + recipe().heldOut() + " of the training images)",
        outcome().validationAccuracy());
    if (results.secure().isPresent()) {
      measured(page, results.secure().get());
    } else {
      line(page, "private run", results.secureNote());
    }
    confusion(page);
  }

  private void measured(StringBuilder page, PrivateMeasurement secure) {
    Score score = secure.score();
    int count = score.predictions().length;
    String images = "the first " + count + " test images";
    line(
        page,
        images + ", in plaintext",
        rate(score.plaintextCorrect(), count) + " on " + secure.plainEngine());
    line(page, images + ", private", rate(score.correct(), count));
    line(page, "agreement of the two", rate(score.agreeing(), count));
    line(
        page,
        "largest difference of a logit",
        String.format(Locale.ROOT, "%.4g", score.maxLogitError()));
    line(
        page,
        "a private inference",
        secure.costs().rounds()
            + " rounds, "
            + Figures.bytes(secure.costs().onlineBytesPerDirection())
            + " online per party and direction, "
            + Figures.bytes(secure.costs().offlineBytes())
            + " offline");
  }

  private void confusion(StringBuilder page) {
    List<String> names = classNames();
    if (names.size() > MAX_CONFUSION_CLASSES) {
      return;
    }
    page.append("\nTest images by class (rows) and answer (columns), in plaintext:\n\n| |");
    names.forEach(name -> page.append(' ').append(name).append(" |"));
    page.append("\n| --- |").append(" ---: |".repeat(names.size())).append('\n');
    for (int row = 0; row < names.size(); row++) {
      page.append("| ").append(names.get(row)).append(" |");
      for (int count : results.answers().counts()[row]) {
        page.append(' ').append(count).append(" |");
      }
      page.append('\n');
    }
  }

  private List<String> classNames() {
    List<String> names = data().training().classNames();
    return names.isEmpty()
        ? IntStream.range(0, data().training().classCount()).mapToObj(String::valueOf).toList()
        : names.stream().map(ModelCard::cell).toList();
  }

  private void budget(StringBuilder page) {
    line(
        page,
        "epochs",
        recipe().epochs()
            + " over "
            + (provenance.imageCount() - recipe().heldOut())
            + " images, batches of "
            + recipe().batchSize());
    line(
        page,
        "time",
        TrainProgress.duration(outcome().durationMs())
            + " of steps on "
            + threadCount()
            + ", in the last process");
    line(
        page,
        "optimiser",
        String.format(
            Locale.ROOT,
            "SGD, peak rate %s, momentum %s%s, weight decay %s, %s after %.3g epochs of"
                + " warm-up, weights averaged with decay %s",
            recipe().optimiser().peakRate(),
            recipe().optimiser().momentum(),
            recipe().optimiser().nesterov() ? " (Nesterov)" : "",
            recipe().optimiser().weightDecay(),
            recipe().optimiser().schedule().name().toLowerCase(Locale.ROOT),
            recipe().optimiser().warmUpEpochs(),
            recipe().optimiser().averageDecay()));
    EndLayers ends = recipe().endLayers();
    if (!ends.equals(EndLayers.TRAINED)) {
      line(
          page,
          "first and last layer",
          (ends.whitened() ? "whitens patches, " : "")
              + "logits times "
              + ends.logitScale()
              + " while training");
    }
    line(
        page,
        "range penalty",
        recipe().penalty().active()
            ? String.format(
                Locale.ROOT,
                "mean((x / %.4g)^e), e = %s, weight %s, first epoch %s",
                recipe().penalty().bound(),
                list(recipe().penalty().exponents()),
                recipe().penalty().weight(),
                recipe().penalty().start().name().toLowerCase(Locale.ROOT))
            : "none");
    line(
        page,
        "augmentation",
        String.format(
            Locale.ROOT,
            "crop with padding %d%s, mix-up %s, cut-mix %s in %s of the batches, label smoothing"
                + " %s",
            recipe().augmentation().padding(),
            recipe().augmentation().mirrored() ? ", mirrored" : "",
            recipe().augmentation().mixUp(),
            recipe().augmentation().cutMix(),
            recipe().augmentation().mixedShare(),
            recipe().smoothing()));
    origins(page);
    line(page, "seed", Long.toString(recipe().seed()));
  }

  private void origins(StringBuilder page) {
    provenance
        .origin()
        .ifPresent(
            file ->
                line(
                    page,
                    "annealed from",
                    withoutFolders(file.toString())
                        + " over "
                        + String.format(Locale.ROOT, "%.3g", recipe().annealingEpochs())
                        + " epochs"));
    provenance
        .teacher()
        .ifPresent(
            file ->
                recipe()
                    .distillation()
                    .ifPresent(
                        taught ->
                            line(
                                page,
                                "teacher",
                                withoutFolders(file.toString())
                                    + ", weight "
                                    + taught.weight()
                                    + ", temperature "
                                    + taught.temperature())));
  }

  private static String list(List<Integer> exponents) {
    return String.join(", ", exponents.stream().map(String::valueOf).toList());
  }

  private static void percent(StringBuilder page, String what, OptionalDouble share) {
    if (share.isPresent()) {
      line(page, what, String.format(Locale.ROOT, "%.2f %%", 100 * share.getAsDouble()));
    }
  }

  private static String rate(int count, int of) {
    return String.format(Locale.ROOT, "%.2f %% (%d of %d)", 100.0 * count / of, count, of);
  }

  private static void line(StringBuilder page, String name, String value) {
    page.append("- ").append(name).append(": ").append(onOneLine(value)).append('\n');
  }
}
