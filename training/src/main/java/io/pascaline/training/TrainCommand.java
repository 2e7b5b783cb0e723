package io.pascaline.training;

import io.pascaline.training.bundle.ModelBundle;
import io.pascaline.training.data.FashionMnist;
import io.pascaline.training.data.IdxImages;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.loop.DivergenceException;
import io.pascaline.training.loop.EpochReport;
import io.pascaline.training.loop.EvaluationReport;
import io.pascaline.training.loop.TrainingSession;
import io.pascaline.training.loop.TrainingSettings;
import io.pascaline.training.model.NetworkSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Trains the bundled Fashion-MNIST network and writes the bundle: model, images, model card.
 *
 * <p>The last epoch's weights are exported; the test set chooses nothing. Exit status: 0 done, 1
 * the data or the training failed, 2 wrong arguments.
 */
public final class TrainCommand {
  private static final int STATUS_FAILED = 1;
  private static final int STATUS_USAGE = 2;
  private static final int SHOWN_IMAGES = 1000;
  private static final double MS_PER_MINUTE = 60_000;

  private TrainCommand() {}

  /** Entry point; see {@link TrainOptions#USAGE}. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    TrainOptions options;
    try {
      options = TrainOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.print(TrainOptions.USAGE);
      return STATUS_USAGE;
    }
    try {
      train(options, out);
      return 0;
    } catch (IOException | DivergenceException e) {
      err.println(e.getMessage());
      return STATUS_FAILED;
    }
  }

  private static void train(TrainOptions options, PrintStream out) throws IOException {
    FashionMnist data = FashionMnist.read(options.data());
    IdxImages images =
        data.training().slice(0, Math.min(options.images(), data.training().count()));
    NetworkSettings network = NetworkSettings.fashion();
    TrainingSettings settings = TrainingSettings.fashion(options.epochs(), options.seed());
    out.printf(
        Locale.ROOT,
        "%,d training images, %,d multiply-adds an image%n",
        images.count(),
        network.multiplyAdds());
    try (TrainingSession session =
        new TrainingSession(network, settings, Normalisation.FASHION_MNIST, images.count())) {
      IdxImages shown = data.test().slice(0, Math.min(SHOWN_IMAGES, data.test().count()));
      long spentMs = 0;
      for (int epoch = 0; epoch < settings.epochs(); epoch++) {
        EpochReport report = session.train(images, epoch);
        EvaluationReport test = session.evaluate(shown);
        spentMs += report.durationMs();
        out.println(progress(epoch, settings.epochs(), report, test, spentMs));
        ModelBundle.writeCheckpoint(session.weights(), options.output());
      }
      ModelBundle bundle = new ModelBundle(session.weights(), settings, images, data.test());
      bundle.write(options.output());
      out.print(bundle.card());
    }
  }

  private static String progress(
      int epoch, int epochs, EpochReport report, EvaluationReport test, long spentMs) {
    StringBuilder largest = new StringBuilder();
    for (float magnitude : test.largestInputs()) {
      largest.append(String.format(Locale.ROOT, " %.2f", magnitude));
    }
    double remainingMs = (double) spentMs / (epoch + 1) * (epochs - epoch - 1);
    return String.format(
        Locale.ROOT,
        "epoch %d/%d  loss %.4f  penalty %.2e  train %.2f %%  test %.2f %%  largest |x|%s  "
            + "%.1f min, %.1f to go",
        epoch + 1,
        epochs,
        report.taskLoss(),
        report.penalty(),
        100 * report.accuracy(),
        100 * test.accuracy(),
        largest,
        report.durationMs() / MS_PER_MINUTE,
        remainingMs / MS_PER_MINUTE);
  }
}
