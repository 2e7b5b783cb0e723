// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI document says what the gateway does. */
@Timeout(60)
class OpenApiTest {
  @TempDir private Path folder;

  private static JsonNode document() throws Exception {
    return Deployment.JSON.readTree(WebFiles.OPENAPI.bytes().toArrayUnsafe());
  }

  @Test
  void shouldDescribeExactlyTheEndpoints() throws Exception {
    Set<String> described = new TreeSet<>();
    JsonNode paths = document().path("paths");
    for (Iterator<String> path = paths.fieldNames(); path.hasNext(); ) {
      String name = path.next();
      paths
          .path(name)
          .fieldNames()
          .forEachRemaining(method -> described.add(method.toUpperCase() + " " + name));
    }

    assertEquals(
        Arrays.stream(Endpoint.values())
            .map(endpoint -> endpoint.method() + " " + endpoint.path())
            .collect(Collectors.toCollection(TreeSet::new)),
        described);
  }

  @Test
  void shouldSayWhichEndpointsNeedAToken() throws Exception {
    for (Endpoint endpoint : Endpoint.values()) {
      JsonNode operation = operation(endpoint);

      assertEquals(
          endpoint.needsToken(), operation.path("security").isMissingNode(), endpoint + "");
      assertEquals(endpoint.needsToken(), operation.at("/responses/401").isObject(), endpoint + "");
    }
  }

  private static JsonNode operation(Endpoint endpoint) throws Exception {
    return document().path("paths").path(endpoint.path()).path(endpoint.method().toLowerCase());
  }

  @Test
  void shouldDocumentTheStatusOfEachEndOfARequest() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      ClientEntrance entrance = deployment.service.clientEntrance(0);
      JsonNode responses = operation(Endpoint.INFER).path("responses");
      for (AbortReason reason : AbortReason.values()) {
        var problem =
            Problems.of(
                LinkMessage.RequestAbort.ofRequest(new RequestId(1, 2), reason, "inside", 0),
                entrance.retryAfterMs());
        JsonNode response = responses.path(Integer.toString(problem.status()));

        assertTrue(
            response.path("description").asText().contains("`" + problem.code() + "`"),
            problem.toString());
        assertTrue(!problem.detail().contains("inside"), problem.detail());
      }
    }
  }

  @Test
  void shouldDescribeTheFieldsOfAnswers() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      String bearer = "Bearer " + deployment.alice;
      requireFields(
          "Model",
          Deployment.json(
              deployment.send(
                  deployment.get(0, "/v1/models/small").header("Authorization", bearer))));
      requireFields(
          "ModelSummary",
          Deployment.json(
                  deployment.send(deployment.get(0, "/v1/models").header("Authorization", bearer)))
              .at("/models/0"));
      requireFields("Ready", Deployment.json(deployment.send(deployment.get(0, "/health/ready"))));
      requireFields(
          "Ready",
          Deployment.json(
              deployment.send(deployment.get(0, "/health/ready").header("Authorization", bearer))));
      requireFields("Gateway", Deployment.json(deployment.send(deployment.get(0, "/v1/gateway"))));
      requireFields("Problem", Deployment.json(deployment.send(deployment.get(0, "/nothing"))));
    }
  }

  private static void requireFields(String schema, JsonNode answer) throws Exception {
    requireFields(document().at("/components/schemas/" + schema), answer, schema);
  }

  private static void requireFields(JsonNode schema, JsonNode answer, String what) {
    schema
        .path("required")
        .forEach(name -> assertTrue(answer.has(name.asText()), what + " lacks " + name));
    answer
        .fieldNames()
        .forEachRemaining(
            name -> {
              JsonNode described = schema.path("properties").path(name);
              assertTrue(described.isObject(), what + "." + name + " is not described");
              if (described.path("type").asText().equals("object")) {
                requireFields(described, answer.path(name), what + "." + name);
              }
            });
  }
}
