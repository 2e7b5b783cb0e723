// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import io.pascaline.actors.settings.IdentityFile;
import io.pascaline.cli.config.KeyFile;
import io.pascaline.cli.config.KeySet;
import io.pascaline.cli.config.TokenSecretFile;
import io.pascaline.cli.options.SharedOptions;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.transport.secure.PublicIdentity;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the keys of a deployment. */
@Command(
    name = "keygen",
    description = {
      "Make a key that the dealer shares with one party: one for each party, each file copied to"
          + " the dealer and to that party, and to nobody else.",
      "With --identity: make a role's identity. The file stays with that role. The public line is"
          + " printed; add it to the identities in the settings of all roles.",
      "With --token: make a client's token for one party's gateway. The file goes to the client. The"
          + " printed line holds its hash; add it to that gateway's file of tokens."
    })
public final class KeygenCommand implements Callable<Integer> {
  private static final int MAX_DAYS = 36_500;

  @Mixin private SharedOptions shared;

  @ArgGroup(multiplicity = "1")
  private Where where;

  @Spec private CommandSpec spec;

  /** Filled by picocli. */
  private static final class Where {
    @ArgGroup(exclusive = false)
    private One one;

    @Option(
        names = "--all",
        paramLabel = "DIR",
        description =
            "Make all keys of a deployment in a folder, for one machine or for distribution to"
                + " the roles.")
    private Path all;

    @Option(
        names = "--public",
        paramLabel = "FILE",
        description = "Print the public line of an existing identity.")
    private Path publicOf;
  }

  /** Filled by picocli. */
  private static final class One {
    @Option(
        names = "--out",
        required = true,
        paramLabel = "FILE",
        description = "A file that does not exist yet; only its owner will be able to read it.")
    private Path out;

    @Option(names = "--identity", description = "Make an identity.")
    private boolean identity;

    @Option(names = "--token", paramLabel = "CLIENT", description = "Make a token of this client.")
    private String tokenOf;

    @Option(
        names = "--days",
        paramLabel = "N",
        description = "Days for which the token is accepted (default: for ever).")
    private Integer days;
  }

  /** For picocli. */
  public KeygenCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    SecureRandom random = new SecureRandom();
    if (where.publicOf != null) {
      out.println(IdentityFile.read(where.publicOf).publicIdentity());
    } else if (where.all != null) {
      KeySet.generate(where.all, random)
          .forEach((file, use) -> out.printf("%-20s %s%n", file, use));
    } else if (where.one.identity) {
      PublicIdentity made = IdentityFile.generate(where.one.out, random).publicIdentity();
      if (!shared.quiet()) {
        out.println("wrote a fresh identity to " + where.one.out + "; its public line is");
      }
      out.println(made);
    } else if (where.one.tokenOf != null) {
      String line = TokenSecretFile.generate(where.one.out, where.one.tokenOf, expiry(), random);
      if (!shared.quiet()) {
        out.println("wrote a fresh token to " + where.one.out + "; the gateway's line is");
      }
      out.println(line);
    } else {
      KeyFile.generate(where.one.out, random);
      if (!shared.quiet()) {
        out.println("wrote a fresh key to " + where.one.out);
      }
    }
    return 0;
  }

  private Optional<Instant> expiry() {
    if (where.one.days == null) {
      return Optional.empty();
    }
    if (where.one.days < 1 || where.one.days > MAX_DAYS) {
      throw new CommandFault("--days is " + where.one.days, "give 1 to " + MAX_DAYS);
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    return Optional.of(now.plus(where.one.days, ChronoUnit.DAYS));
  }
}
