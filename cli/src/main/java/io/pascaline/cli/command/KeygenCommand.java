package io.pascaline.cli.command;

import io.pascaline.cli.deploy.KeyFile;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a key for the dealer and one party. */
@Command(
    name = "keygen",
    description =
        "Make a key that the dealer shares with one party: one for each party, each file copied to"
            + " the dealer and to that party, and to nobody else.")
public final class KeygenCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "A file that does not exist yet; only its owner will be able to read it.")
  private Path out;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public KeygenCommand() {}

  @Override
  public Integer call() {
    KeyFile.generate(out, new SecureRandom());
    spec.commandLine().getOut().println("wrote a fresh key to " + out);
    return 0;
  }
}
