// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli;

import io.pascaline.actors.InferenceException;
import io.pascaline.actors.state.StateException;
import io.pascaline.cli.command.CheckCommand;
import io.pascaline.cli.command.ClientCommand;
import io.pascaline.cli.command.DealerCommand;
import io.pascaline.cli.command.FitCommand;
import io.pascaline.cli.command.InferCommand;
import io.pascaline.cli.command.InspectCommand;
import io.pascaline.cli.command.KeygenCommand;
import io.pascaline.cli.command.PartyCommand;
import io.pascaline.cli.command.ShareCommand;
import io.pascaline.cli.command.SimCommand;
import io.pascaline.cli.command.StatusCommand;
import io.pascaline.cli.command.TrainCommand;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.output.FaultReporter;
import io.pascaline.cli.output.ServingFault;
import io.pascaline.cli.output.Version;
import io.pascaline.images.DataFault;
import io.pascaline.layers.compile.ModelCompileException;
import io.pascaline.layers.onnx.ModelFormatException;
import io.pascaline.sim.SimulationException;
import io.pascaline.training.DivergenceException;
import io.pascaline.transport.link.TransportException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
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
      InspectCommand.class,
      CheckCommand.class,
      ShareCommand.class,
      KeygenCommand.class,
      DealerCommand.class,
      PartyCommand.class,
      ClientCommand.class,
      StatusCommand.class,
      SimCommand.class,
      FitCommand.class,
      TrainCommand.class,
      HelpCommand.class
    },
    versionProvider = Version.class)
public final class Pascaline implements Runnable {
  private static final String LAUNCHER_PROPERTY = "pascaline.launcher";
  private static final int EXIT_TERMINATED = 143;

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
    PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
    PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
    int code = run(out, err, args);
    out.flush();
    err.flush();
    System.exit(code);
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
    FaultReporter reporter =
        new FaultReporter(
            List.of(
                ModelFormatException.class,
                ModelCompileException.class,
                TransportException.class,
                InferenceException.class,
                SimulationException.class,
                DataFault.class,
                DivergenceException.class,
                StateException.class,
                ServingFault.class));
    CommandLine commandLine =
        new CommandLine(new Pascaline())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((e, given) -> usage(reporter, e))
            .setExecutionExceptionHandler(
                (e, command, parsed) ->
                    isStopping()
                        ? FaultReporter.FAILED
                        : reporter.report(e, command.getErr(), isTraced(parsed)));
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return reporter.report(e, err, isTraced(commandLine.getParseResult()));
    }
  }

  private static int usage(FaultReporter reporter, ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched
        && e.getCommandLine().getParent() == null
        && !unmatched.getUnmatched().isEmpty()
        && !unmatched.getUnmatched().get(0).startsWith("-")) {
      return reporter.reportUsage(
          "no command " + unmatched.getUnmatched().get(0),
          nearest(unmatched),
          e.getCommandLine().getErr());
    }
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    return reporter.reportUsage(
        e.getMessage(), "'" + name + " --help' explains it", e.getCommandLine().getErr());
  }

  /** Returns the parser's best guess comes first. */
  private static String nearest(UnmatchedArgumentException unmatched) {
    List<String> commands = unmatched.getSuggestions();
    return commands.isEmpty()
        ? "'pascaline --help' explains it"
        : "did you mean " + commands.get(0) + "?";
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
