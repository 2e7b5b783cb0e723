// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every method, constructor and field of production code is used by production code. What only
 * tests use, or nobody, is dead and is deleted, unless its reason is listed here.
 */
class DeadCodeTest {
  /** Packages whose public members are for others to call, and why. */
  private static final Map<String, String> PUBLIC_API =
      Map.of(
          "io.pascaline.actors", "what embedders use",
          "io.pascaline.actors.api", "what embedders use",
          "io.pascaline.actors.micrometer", "what embedders register",
          "io.pascaline.perf", "JMH runs it");

  /** Members that other than production code uses: a pattern found in the full name, and why. */
  private static final Map<Pattern, String> ALLOWED =
      Map.ofEntries(
          allowed(
              "protocols\\.linear\\.(kernel\\.)?LinearKernels?\\.scalar\\(",
              "perf compares kernels with it"),
          allowed(
              "\\.\\w*Exception\\.\\w+\\(|CommandFault\\.remedy\\(",
              "callers ask an exception what happened"),
          allowed(
              "actors\\.(role\\.(Party|Dealer)Node\\.node|layer\\.SessionNumbers\\.oldestOpen)\\(",
              "package-private, for tests that kill a role's actor or watch its numbers"),
          allowed(
              "transport\\.aeron\\.TransportContext\\.\\w+\\(",
              "settings of a node: each has a setter"),
          allowed(
              "layers\\.compile\\.(Fused|Classic)Settings\\.with\\w+\\(",
              "settings of the compilers"),
          allowed(
              "training\\.(loop\\.Recipe(\\$Builder)?|augment\\.Augmentation|TrainingRequest|TrainingListener)\\.\\w+",
              "settings of the training library, of which the command offers some"),
          allowed(
              "layers\\.check\\.Local(Report|Run)\\.\\w+\\(",
              "report of the check, for those who call it as a library"),
          allowed(
              "layers\\.(evaluate\\.(Fused|Classic)Evaluator\\.(errorBoundUlps|infer)|plaintext\\.FloatEvaluator\\.runAll)\\(",
              "plaintext reference that answers are compared with"),
          allowed(
              "layers\\.(compile\\.(Fused|Classic)Network|plan\\.NetworkPlan)\\.<init>",
              "networks with given weights, and plans of given layers, for tests of single layers"),
          allowed(
              "layers\\.(zoo\\.Zoo\\.build|onnx\\.OnnxImporter\\.read|graph\\.NetworkGraph\\.multiplyAdds|plan\\.NetworkPlan\\.outputScale)\\(",
              "library of networks and plans"),
          allowed(
              "protocols\\.classic\\.\\w+\\.(source|plaintext|\\w+PerElement)\\(",
              "costs and meaning of a protocol, which tests compare with docs/protocols.md"),
          allowed(
              "protocols\\.(activation\\.TrigonometricBasis\\.harmonicCount|linear\\.\\w+\\.map|step\\.Correlation\\.session|step\\.PartyStep\\.onlineWordCount)\\(",
              "describes a value object"),
          allowed(
              "images\\.set\\.\\w+\\.\\w+\\(",
              "writes and divides data sets, the counterpart of reading them"),
          allowed(
              "training\\.(data\\.ChannelNormalisation|evaluate\\.OnnxMeasurement|fit\\.QuantisedFit)\\.\\w+\\(",
              "measures a trained model in tests of the bundled ones"),
          allowed(
              "actors\\.(client\\.PendingBound\\.pending|compute\\.ComputePool\\.threadCount|party\\.ClientQuotas\\.accountCount|party\\.PartyCounters\\.\\w+Peak|server\\.ServerCounters\\.connected|state\\.AuditCheck\\.ofDirectories)\\(",
              "tests observe bounds by it"),
          allowed(
              "transport\\.(aeron\\.(NodeAgent\\.(carriers|heldWords)|TransportNode\\.agent|NodeCounters\\.faults)|secure\\.SecureFrameChannel\\.\\w+Generation|secure\\.KeyExchange\\.state|secure\\.HybridKem\\$Offer\\.of|driver\\.(EmbeddedDriver\\.(errors|launch)|SocketWait\\.isBlocked)|link\\.LinkCounters\\.\\w+PayloadBytes)\\(",
              "tests observe bounds, keys and waits by it"),
          allowed(
              "sim\\.(SimulatedDeployment\\.counters|compute\\.ModelledNode\\.coreCount)\\(|cli\\.status\\.StatusServer\\.port\\(",
              "tests observe a deployment by it"),
          allowed("cli\\.bench\\.InferenceRecording\\.of\\(", "tests make recordings by it"),
          allowed(
              "cli\\.demo\\.DemoDeployment\\.service\\(",
              "tests compare the page's answers with those of the roles"),
          allowed(
              "gateway\\.(Endpoint\\.path|Gateway\\.(connectionCount|requestCount|system))\\(",
              "tests observe bounds, end the actor system, and compare the OpenAPI document, by"
                  + " it"),
          allowed(
              "cluster\\.(Cell|Gateway)Node\\.(system|clusterAddress|isUp)\\(|sim\\.SimulatedCells",
              "tests observe and kill the nodes of a cluster, and simulate cells, by it"),
          allowed(
              "gateway\\.GatewaySettings\\$Builder\\.\\w+\\(",
              "settings of a gateway: each has a setter"),
          allowed(
              "(actors\\.compute\\.TaskEvent|cli\\.bench\\.PlaintextEvent|transport\\.trace\\.MessageEvent)\\.\\w+$",
              "the Flight Recorder reads the fields of events"),
          allowed(
              "protocols\\.step\\.PartyStep\\.sessionSeed\\(",
              "the laws of witnesses reveal the masks of one step by it"),
          allowed(
              "(sim\\.time\\.VirtualScheduler|cluster\\.(CellSerializer|Downing))\\.<init>",
              "Pekko makes it by its name in the configuration"));

  private static final Pattern WORD = Pattern.compile("\\w+");

  private static final Set<String> FRAMEWORKS =
      Set.of("picocli.", "org.openjdk.jmh.", "com.fasterxml.jackson.");

  /** Generated from schemas, whole. */
  private static final Pattern GENERATED =
      Pattern.compile("io\\.pascaline\\..*\\.(sbe|jmh_generated)\\..*");

  @Test
  void shouldUseEveryMethodConstructorAndField() throws IOException {
    Map<String, Integer> words = words(ProductionCode.sources().values());
    Set<String> dead = new TreeSet<>();
    for (JavaClass type : ProductionCode.classes()) {
      if (!GENERATED.matcher(type.getName()).matches() && !isForFrameworks(type)) {
        Stream.of(
                type.getMethods().stream().filter(DeadCodeTest::isDead),
                type.getConstructors().stream().filter(DeadCodeTest::isDead),
                type.getFields().stream().filter(field -> isDead(field, words)))
            .flatMap(members -> members)
            .filter(member -> !isPublicApi(member))
            .map(JavaMember::getFullName)
            .filter(name -> !isListed(name))
            .forEach(dead::add);
      }
    }
    assertEquals("", String.join("\n", dead), "delete it, or list it with its reason");
  }

  /** Returns how often each word stands in the sources: a search for each field takes a minute. */
  private static Map<String, Integer> words(Collection<String> sources) {
    Map<String, Integer> counts = new HashMap<>();
    for (String text : sources) {
      Matcher word = WORD.matcher(text);
      while (word.find()) {
        counts.merge(word.group(), 1, Integer::sum);
      }
    }
    return counts;
  }

  private static Map.Entry<Pattern, String> allowed(String pattern, String reason) {
    return Map.entry(Pattern.compile(pattern), reason);
  }

  private static boolean isListed(String name) {
    return ALLOWED.keySet().stream().anyMatch(pattern -> pattern.matcher(name).find());
  }

  private static boolean isPublicApi(JavaMember member) {
    return PUBLIC_API.containsKey(member.getOwner().getPackageName())
        && (member.getModifiers().contains(JavaModifier.PUBLIC)
            || member.getModifiers().contains(JavaModifier.PROTECTED));
  }

  private static boolean isForFrameworks(HasAnnotations<?> annotated) {
    return annotated.getAnnotations().stream()
        .map(JavaAnnotation::getRawType)
        .anyMatch(type -> FRAMEWORKS.stream().anyMatch(type.getName()::startsWith));
  }

  private static boolean isMadeByTheCompiler(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.SYNTHETIC)
        || member.getModifiers().contains(JavaModifier.BRIDGE)
        || member.getName().contains("$");
  }

  private static boolean isDead(JavaMethod method) {
    JavaClass owner = method.getOwner();
    boolean ofEnum = owner.isEnum() && Set.of("values", "valueOf").contains(method.getName());
    boolean ofRecord =
        owner.isRecord()
            && method.getRawParameterTypes().isEmpty()
            && owner.tryGetField(method.getName()).isPresent();
    return !isMadeByTheCompiler(method)
        && !ofEnum
        && !ofRecord
        && !method.getName().equals("main")
        && !isForFrameworks(method)
        && !overrides(method)
        && isUnused(method, method.getAccessesToSelf());
  }

  private static boolean overrides(JavaMethod method) {
    return Stream.concat(
            method.getOwner().getAllRawSuperclasses().stream(),
            method.getOwner().getAllRawInterfaces().stream())
        .flatMap(type -> type.getMethods().stream())
        .anyMatch(
            other ->
                other.getName().equals(method.getName())
                    && other.getRawParameterTypes().size() == method.getRawParameterTypes().size());
  }

  /** Constructors that keep a class from having instances are private and take nothing. */
  private static boolean isDead(JavaConstructor constructor) {
    JavaClass owner = constructor.getOwner();
    return !isMadeByTheCompiler(constructor)
        && !owner.isEnum()
        && !owner.isRecord()
        && !owner.isAnonymousClass()
        && !constructor.getRawParameterTypes().isEmpty()
        && !isForFrameworks(constructor)
        && isUnused(constructor, constructor.getAccessesToSelf());
  }

  private static boolean isDead(JavaField field, Map<String, Integer> words) {
    JavaClass owner = field.getOwner();
    if (isMadeByTheCompiler(field)
        || owner.isRecord()
        || field.getModifiers().contains(JavaModifier.ENUM)
        || field.getName().equals("serialVersionUID")
        || isForFrameworks(field)) {
      return false;
    }
    if (isInlined(field)) {
      return words.getOrDefault(field.getName(), 0) < 2;
    }
    return field.getAccessesToSelf().stream()
        .noneMatch(access -> access.getAccessType() == AccessType.GET);
  }

  /** Returns whether the compiler puts a field's value where it is used. */
  private static boolean isInlined(JavaField field) {
    return field.getModifiers().containsAll(List.of(JavaModifier.STATIC, JavaModifier.FINAL))
        && (field.getRawType().isPrimitive() || field.getRawType().isEquivalentTo(String.class));
  }

  private static boolean isUnused(JavaMember member, Set<? extends JavaAccess<?>> accesses) {
    return accesses.stream().allMatch(access -> access.getOrigin().equals(member));
  }
}
