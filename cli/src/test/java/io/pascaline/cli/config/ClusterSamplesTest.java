// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.pascaline.cluster.ClusterSettings;
import io.pascaline.cluster.GatewayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of docs/samples/cluster: they are read as the roles read them, and fit together. */
class ClusterSamplesTest {
  private static final Path SAMPLES = Path.of("..", "docs", "samples", "cluster");

  /** Time between the last answer and the end, in which the node leaves the cluster. */
  private static final Duration LEAVING = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> samples = Files.walk(SAMPLES)) {
      for (Path sample : samples.toList()) {
        Path to = folder.resolve(SAMPLES.relativize(sample).toString());
        if (Files.isDirectory(sample)) {
          Files.createDirectories(to);
        } else {
          Files.copy(sample, to);
        }
      }
    }
    for (String node : List.of("cell-a", "cell-b", "gateway0", "gateway1")) {
      Path key = folder.resolve(node).resolve("node.key");
      Files.createFile(
          key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.createFile(folder.resolve(node).resolve("node.pem"));
    }
    for (int party = 0; party < 2; party++) {
      Files.createFile(folder.resolve("operator" + party + "-authority.pem"));
    }
    for (String cell : List.of("cell-a", "cell-b")) {
      KeySet.generate(folder.resolve(cell), new SecureRandom());
    }
  }

  @Test
  void shouldHaveTheNodesOfAnOperatorInOneCluster() {
    for (int party = 0; party < 2; party++) {
      RoleConfig gateway =
          RoleConfig.gatewayNode(folder.resolve("gateway" + party).resolve("gateway.conf"));
      ClusterSettings ofGateway = gateway.cluster(party);
      assertTrue(ofGateway.seeds().contains(ofGateway.host() + ":" + ofGateway.port()));
      assertTrue(gateway.gateway().orElseThrow().certificate().isPresent());
      for (String cell : List.of("a", "b")) {
        RoleConfig config =
            RoleConfig.party(folder.resolve("cell-" + cell).resolve("party" + party + ".conf"));
        assertEquals(Optional.of(cell), config.cell());
        ClusterSettings ofCell = config.cluster(party);
        assertEquals(ofGateway.seeds(), ofCell.seeds());
        assertEquals(
            ofGateway.tls().orElseThrow().authority().toAbsolutePath().normalize(),
            ofCell.tls().orElseThrow().authority().toAbsolutePath().normalize());
      }
    }
  }

  @Test
  void shouldHaveNoNodeOfOneOperatorInTheClusterOfTheOther() {
    List<String> seeds0 = RoleConfig.party(folder.resolve("cell-a/party0.conf")).cluster(0).seeds();
    List<String> seeds1 = RoleConfig.party(folder.resolve("cell-a/party1.conf")).cluster(1).seeds();
    assertTrue(seeds0.stream().noneMatch(seeds1::contains), seeds0 + " and " + seeds1);
  }

  @Test
  void shouldDescribeTheDealersOfTheCells() {
    for (String cell : List.of("a", "b")) {
      RoleConfig.dealer(folder.resolve("cell-" + cell).resolve("dealer.conf")).dealerKeys();
    }
  }

  /** The unit is in docs/samples/systemd; docs/cluster.md says where the samples go. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldAgreeWithTheUnitOfTheGateway(int party) throws IOException {
    Map<String, String> unit =
        SystemdUnits.read("pascaline-gateway@.service", Integer.toString(party));
    String[] command = unit.get("ExecStart").split(" ");
    assertEquals(
        List.of("/opt/pascaline/bin/pascaline", "gateway", "--config"),
        List.of(command).subList(0, 3));

    Path file = folder.resolve(Path.of("/etc/pascaline").relativize(Path.of(command[3])));
    RoleConfig config = RoleConfig.gatewayNode(file);

    config.cluster(party);
    Duration stop = ConfigFactory.parseString("t = " + unit.get("TimeoutStopSec")).getDuration("t");
    assertTrue(stop.compareTo(GatewayNode.DRAIN_TIMEOUT.plus(LEAVING)) >= 0, "stops in " + stop);
  }

  /** The unit of a gateway confines its process as the unit of a party does. */
  @Test
  void shouldConfineTheGatewayLikeAParty() throws IOException {
    Map<String, String> gateway = SystemdUnits.read("pascaline-gateway@.service", "0");
    Map<String, String> party = SystemdUnits.read("pascaline-party@.service", "0");
    party.keySet().removeAll(List.of("StateDirectory", "StateDirectoryMode"));
    for (String own : List.of("Description", "ExecStart", "Environment", "TimeoutStopSec")) {
      party.put(own, gateway.get(own));
    }
    assertEquals(party, gateway);
  }
}
