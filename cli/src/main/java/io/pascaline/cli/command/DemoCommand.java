// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.text.OneLine;
import io.pascaline.cli.demo.DemoDeployment;
import io.pascaline.cli.demo.SamplePictures;
import io.pascaline.cli.options.CalibrationOptions;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.cli.options.SuiteOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.ServingFault;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.layers.compile.CompiledNetwork;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A web page that asks two parties of this process. */
@Command(
    name = "demo",
    description = {
      "Serve a web page that classifies pictures privately, on this machine alone, until told to"
          + " stop.",
      "Dealer, two parties and their gateways run in this process with the bundled network."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int SAMPLE_COUNT = 12;
  private static final int MAX_PORT = 65_535;

  @Mixin private SharedOptions shared;
  @Mixin private SuiteOptions suite;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of the page on 127.0.0.1 (default: any free one).")
  private int port;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public DemoCommand() {}

  @Override
  public Integer call() {
    if (port < 0 || port > MAX_PORT) {
      throw new CommandFault("--port is " + port, "give 1 to " + MAX_PORT);
    }
    LoadedModel loaded = LoadedModel.load(null);
    SuiteChoice choice = suite.choose(loaded.graph());
    CompiledNetwork network =
        choice.compile(
            new CalibrationOptions().withoutImages(loaded, loaded.input(), false).inputs());
    PrintWriter out = spec.commandLine().getOut();
    DemoDeployment demo =
        DemoDeployment.start(network, loaded.input(), SamplePictures.first(SAMPLE_COUNT), port);
    try (ClosedAtExit<DemoDeployment> running =
        ClosedAtExit.of(demo, () -> say(out, "the demo ends"))) {
      if (!shared.quiet()) {
        say(
            out,
            "A dealer, two parties and their gateways serve on 127.0.0.1. All roles are in this"
                + " process, so it protects nothing.");
        say(out, "Open this page; Ctrl-C ends the demo:");
      }
      say(out, running.service().page().toString());
      String reason = demo.failure().toCompletableFuture().get();
      throw new ServingFault(OneLine.of(reason));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServingFault("interrupted: start it again");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
