// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli;

import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.WrongAnswerException;
import io.pascaline.actors.role.InsufficientMemoryException;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.state.StateException;
import io.pascaline.cli.command.BenchCommand;
import io.pascaline.cli.command.CheckCommand;
import io.pascaline.cli.command.ClientCommand;
import io.pascaline.cli.command.DealerCommand;
import io.pascaline.cli.command.DemoCommand;
import io.pascaline.cli.command.FitCommand;
import io.pascaline.cli.command.GatewayCommand;
import io.pascaline.cli.command.InferCommand;
import io.pascaline.cli.command.InspectCommand;
import io.pascaline.cli.command.KeygenCommand;
import io.pascaline.cli.command.ModelsCommand;
import io.pascaline.cli.command.PartyCommand;
import io.pascaline.cli.command.ReloadCommand;
import io.pascaline.cli.command.ServerCommand;
import io.pascaline.cli.command.ShareCommand;
import io.pascaline.cli.command.SimCommand;
import io.pascaline.cli.command.StatusCommand;
import io.pascaline.cli.command.TrainCommand;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.FaultReporter;
import io.pascaline.cli.output.NamedPath;
import io.pascaline.cli.output.ServingFault;
import io.pascaline.cli.output.StandardOutput;
import io.pascaline.cli.output.Version;
import io.pascaline.images.DataFault;
import io.pascaline.layers.compile.ModelCompileException;
import io.pascaline.layers.onnx.model.ModelFormatException;
import io.pascaline.sim.SimulationException;
import io.pascaline.training.DivergenceException;
import io.pascaline.transport.link.TransportException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code pascaline} command. Exit code 0 when all went well, 1 when the command failed, 2 when
 * the command line could not be understood; faults are one line on the standard error.
 */
@Command(
    name = "pascaline",
    description = "Private inference of neural networks: nobody who computes sees the input.",
    subcommands = {
      InferCommand.class,
      DemoCommand.class,
      BenchCommand.class,
      InspectCommand.class,
      CheckCommand.class,
      ShareCommand.class,
      KeygenCommand.class,
      DealerCommand.class,
      PartyCommand.class,
      GatewayCommand.class,
      ServerCommand.class,
      ClientCommand.class,
      StatusCommand.class,
      ModelsCommand.class,
      ReloadCommand.class,
      SimCommand.class,
      FitCommand.class,
      TrainCommand.class,
      HelpCommand.class
    },
    versionProvider = Version.class)
public final class Pascaline implements Runnable {
  private static final String LAUNCHER_PROPERTY = "pascaline.launcher";
  private static final int EXIT_TERMINATED = 143;

  /** Exceptions of other modules whose message is one line of cause and remedy. */
  private static final FaultReporter REPORTER =
      new FaultReporter(
          List.of(
              ModelFormatException.class,
              ModelCompileException.class,
              TransportException.class,
              InferenceException.class,
              WrongAnswerException.class,
              SimulationException.class,
              DataFault.class,
              DivergenceException.class,
              StateException.class,
              InsufficientMemoryException.class,
              ServingFault.class));

  @Mixin private SharedOptions shared;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the versions of this build and of Java.")
  private boolean version;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public Pascaline() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    endWithLauncher();
    // Bound before any other thread logs: what it would have to hold back, it complains about.
    LoggerFactory.getILoggerFactory();
    StandardOutput standard =
        new StandardOutput(new FileOutputStream(FileDescriptor.out), Pascaline::endWithoutReader);
    PrintWriter out = new PrintWriter(standard, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Thread.setDefaultUncaughtExceptionHandler((thread, fault) -> onUncaught(fault, err));
    int code = run(out, err, standard::isReaderGone, args);
    err.flush();
    System.exit(code);
  }

  /**
   * Ends the process, because nobody reads what it would still write. Exits on a thread of its own:
   * the writing thread may be needed to close what runs, or may already be closing it.
   */
  private static void endWithoutReader() {
    Thread ending =
        new Thread(() -> System.exit(StandardOutput.READER_GONE), "pascaline-output-closed");
    ending.setDaemon(true);
    ending.start();
  }

  /**
   * Reports what ended a thread. Without memory nothing can be closed in good order, so the JVM
   * ends at once.
   */
  private static void onUncaught(Throwable fault, PrintWriter err) {
    REPORTER.report(fault, err, isTraced(null));
    if (fault instanceof VirtualMachineError) {
      Runtime.getRuntime().halt(FaultReporter.FAILED);
    }
  }

  /**
   * Runs the command.
   *
   * @param out the standard output
   * @param err the standard error
   * @param args the command line
   * @return the exit code
   */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(out, err, () -> false, args);
  }

  private static int run(
      PrintWriter out, PrintWriter err, BooleanSupplier isReaderGone, String... args) {
    CommandLine commandLine =
        new CommandLine(new Pascaline())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(Path.class, NamedPath::of)
            .setParameterExceptionHandler((e, given) -> usage(e))
            .setExecutionExceptionHandler(
                (e, command, parsed) ->
                    isStopping() || isReaderGone.getAsBoolean()
                        ? FaultReporter.FAILED
                        : REPORTER.report(e, command.getErr(), isTraced(parsed)));
    int code;
    try {
      code = commandLine.execute(args);
    } catch (Error e) { // No raw stack trace reaches the user, whatever it is.
      code = REPORTER.report(e, err, isTraced(commandLine.getParseResult()));
    }
    boolean isUnwritten = out.checkError();
    if (isReaderGone.getAsBoolean()) {
      return StandardOutput.READER_GONE;
    }
    if (isUnwritten && code == 0) {
      code =
          REPORTER.report(
              new CommandFault(
                  "the standard output cannot be written",
                  "free space where it goes, or mend what reads it"),
              err,
              false);
    }
    return code;
  }

  private static int usage(ParameterException e) {
    PrintWriter err = e.getCommandLine().getErr();
    String help =
        "'" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help' explains it";
    if (e.getCause() instanceof SettingsFault fault) {
      return REPORTER.reportUsage(fault.getMessage(), fault.remedy(), err);
    }
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return REPORTER.reportUsage(e.getMessage(), help, err);
    }
    String word = unmatched.getUnmatched().get(0);
    List<String> suggestions = unmatched.getSuggestions();
    String remedy = suggestions.isEmpty() ? help : "did you mean " + suggestions.get(0) + "?";
    if (word.startsWith("-")) {
      return REPORTER.reportUsage(
          "no option " + word, suggestions.isEmpty() ? help : remedy + " (" + help + ")", err);
    }
    if (e.getCommandLine().getParent() == null) {
      return REPORTER.reportUsage("no command " + word, remedy, err);
    }
    return REPORTER.reportUsage(
        "'" + word + "' is one argument too many",
        Files.exists(Path.of(word)) && !word.endsWith(".onnx") ? "pictures go with --images" : help,
        err);
  }

  private static boolean isTraced(ParseResult parsed) {
    if ("1".equals(System.getenv("PASCALINE_TRACE"))) {
      return true;
    }
    for (ParseResult at = parsed; at != null; at = at.subcommand()) {
      if (at.hasMatchedOption("--verbose")) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether the user has stopped the JVM: what fails for that reason is no news. */
  private static boolean isStopping() {
    try {
      Runtime.getRuntime().removeShutdownHook(new Thread());
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** The launcher filters this JVM's standard error; when it is killed there is nobody to tell. */
  private static void endWithLauncher() {
    Long launcher = Long.getLong(LAUNCHER_PROPERTY);
    if (launcher != null && launcher != ProcessHandle.current().pid()) {
      ProcessHandle.of(launcher)
          .ifPresent(handle -> handle.onExit().thenRun(() -> System.exit(EXIT_TERMINATED)));
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
