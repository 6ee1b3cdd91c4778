package io.lockkeeper.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.lockkeeper.store.StoreAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The manifests for Kubernetes are what Kubernetes understands, and what they say about Lockkeeper is so.
class ManifestsTest {
    private static final String KUSTOMIZATION = "kustomization.yaml";
    private static final Path BASE = Path.of("k8s/base");

    private final Map<String, Manifest> manifests = Project.yamlBelow("k8s").stream()
            .filter(file -> !file.endsWith(KUSTOMIZATION))
            .collect(
                    Collectors.toMap(file -> file.getFileName().toString(), file -> Manifest.read(Project.tree(file))));
    private final Deployment deployment = only(Deployment.class);
    private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();
    private final Container container = pod.getContainers().getFirst();
    private final Map<String, String> settings = only(ConfigMap.class).getData();

    @Test
    void holdNoFieldThatKubernetesDoesNotKnow() {
        assertThat(manifests).isNotEmpty();
        manifests.forEach(
                (file, manifest) -> assertThat(manifest.unknown()).as(file).isEmpty());
    }

    @Test
    void theCheckItselfFindsUnknownFieldsAndWrongTypes() {
        ObjectNode tree = (ObjectNode) Project.tree(BASE.resolve("deployment.yaml"));
        ObjectNode container = (ObjectNode) tree.at("/spec/template/spec/containers/0");
        container.put("imagePullPolice", "Always");
        assertThat(Manifest.read(tree).unknown()).singleElement().asString().endsWith("/imagePullPolice");

        container.remove("imagePullPolice");
        ((ObjectNode) tree.at("/spec")).put("replicas", "2");
        assertThatThrownBy(() -> Manifest.read(tree)).hasMessageContaining("replicas");

        ((ObjectNode) tree.at("/spec")).put("replicas", 2);
        container.put("image", 17);
        assertThatThrownBy(() -> Manifest.read(tree)).hasMessageContaining("image");

        ObjectNode settings = (ObjectNode) Project.tree(BASE.resolve("configmap.yaml"));
        ((ObjectNode) settings.get("data")).put("LOCKKEEPER_SECRETS_FILE_ENABLED", true);
        assertThatThrownBy(() -> Manifest.read(settings)).hasMessageContaining("LOCKKEEPER_SECRETS_FILE_ENABLED");
    }

    @Test
    void areAllListedAndNoOthers() {
        JsonNode kustomization = Project.tree(BASE.resolve(KUSTOMIZATION));
        Map<?, ?> fields = new ObjectMapper().convertValue(kustomization, Map.class);
        assertThat(fields.keySet().stream().map(Object::toString))
                .containsExactlyInAnyOrder("apiVersion", "kind", "resources");
        assertThat(kustomization.get("resources"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrderElementsOf(manifests.keySet());
        assertThat(Project.yamlBelow("k8s")).allMatch(file -> file.getParent().equals(BASE));
    }

    @Test
    void setOnlyWhatTheApplicationReads() {
        assertThat(KnownSettings.ofTheApplication().variables()).containsAll(settings.keySet());
        assertThat(container.getEnv()).isEmpty();
    }

    @Test
    void leadToTheStoreWithTwoRolesAndAVerifiedServer() {
        StoreAccess access = StoreAccess.from(name -> {
                    String value = settings.get(name);
                    boolean aFile = value != null && name.endsWith("_FILE");
                    return aFile
                            ? "LICENSE"
                            : value == null ? null : value.replaceAll("(?<=sslrootcert=).*", "LICENSE");
                })
                .orElseThrow();
        assertThat(access.owner().username()).isNotEqualTo(access.serving().username());
        assertThat(access.serving().url()).contains("sslmode=verify-full");
        assertThat(settings.get("LOCKKEEPER_STORE_URL")).doesNotContain("@");
    }

    @Test
    void mountEveryFileThatTheSettingsName() {
        Stream<String> files = settings.entrySet().stream()
                .filter(setting -> setting.getKey().endsWith("_FILE"))
                .map(Map.Entry::getValue);
        String authority = settings.get("LOCKKEEPER_STORE_URL").replaceAll(".*sslrootcert=", "");
        assertThat(Stream.concat(files, Stream.of(authority))).isNotEmpty().allMatch(mountedFiles()::contains);
    }

    /// Whoever may register targets may read every file of the secret store by trying it as a password.
    @Test
    void showTargetsNoneOfLockkeepersOwnSecrets() {
        Path root = Path.of(settings.get("LOCKKEEPER_SECRETS_FILE_ROOT"));
        assertThat(mountedFiles()).noneMatch(file -> Path.of(file).startsWith(root));
        assertThat(container.getVolumeMounts())
                .anyMatch(mount -> Path.of(mount.getMountPath()).equals(root));
    }

    @Test
    void explainEverythingThatTheOperatorMustMake() {
        String readme = Project.text("k8s/README.md");
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getEmptyDir() == null)
                .allSatisfy(volume -> assertThat(readme).contains("`" + source(volume) + "`"));
        assertThat(mountedFiles()).allSatisfy(file -> assertThat(readme)
                .contains("`" + Path.of(file).getFileName() + "`"));
    }

    @Test
    void askTheHealthThatThereIs() {
        assertThat(probePath(container.getStartupProbe())).isEqualTo("/q/health/started");
        assertThat(probePath(container.getLivenessProbe())).isEqualTo("/q/health/live");
        assertThat(probePath(container.getReadinessProbe())).isEqualTo("/q/health/ready");
        assertThat(Project.property("quarkus.http.non-application-root-path")).isNull();
        assertThat(Project.property("quarkus.smallrye-health.root-path")).isNull();
        assertThat(Project.property("quarkus.management.enabled")).isNull();
    }

    @Test
    void useThePortThatIsOpen() {
        var port = container.getPorts().getFirst();
        assertThat(port.getContainerPort()).isEqualTo(Project.httpPort());
        assertThat(Project.dockerfile("EXPOSE")).isEqualTo(Integer.toString(Project.httpPort()));
        assertThat(only(Service.class).getSpec().getPorts())
                .allMatch(out -> port.getName().equals(out.getTargetPort().getStrVal()));
        assertThat(only(NetworkPolicy.class).getSpec().getIngress()).allMatch(rule -> port.getName()
                .equals(rule.getPorts().getFirst().getPort().getStrVal()));
    }

    @Test
    void runAsTheUserOfTheImageWithNothingMore() {
        var security = pod.getSecurityContext();
        assertThat(Project.dockerfile("USER"))
                .isEqualTo(security.getRunAsUser() + ":" + security.getRunAsGroup())
                .isEqualTo(security.getRunAsUser() + ":" + security.getFsGroup());
        assertThat(security.getRunAsNonRoot()).isTrue();
        assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(only(ServiceAccount.class).getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getServiceAccountName())
                .isEqualTo(only(ServiceAccount.class).getMetadata().getName());
    }

    @Test
    void mountWhatTheApplicationWritesTo() {
        Set<String> writable = container.getVolumeMounts().stream()
                .filter(mount -> !Objects.equals(mount.getReadOnly(), true))
                .map(mount -> mount.getMountPath())
                .collect(Collectors.toSet());
        assertThat(writable).containsExactlyInAnyOrder("/tmp", Project.dockerfile("WORKDIR"));
    }

    @Test
    void leaveRunningJobsTheirTime() throws Exception {
        List<String> pause = container.getLifecycle().getPreStop().getExec().getCommand();
        assertThat(pause).hasSize(2).startsWith("sleep");
        Duration all = Duration.ofSeconds(Long.parseLong(pause.getLast())).plus(Project.longestStop());
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds())).isGreaterThan(all);
    }

    @Test
    void selectThePodsThatAreMade() {
        Map<String, String> labels =
                deployment.getSpec().getTemplate().getMetadata().getLabels();
        assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
        assertThat(only(Service.class).getSpec().getSelector()).isEqualTo(labels);
        assertThat(only(NetworkPolicy.class).getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(labels);
        assertThat(only(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels())
                .isEqualTo(labels);
        assertThat(pod.getTopologySpreadConstraints())
                .allMatch(spread -> spread.getLabelSelector().getMatchLabels().equals(labels));
        assertThat(container.getEnvFrom()).singleElement().matches(from -> from.getConfigMapRef()
                .getName()
                .equals(only(ConfigMap.class).getMetadata().getName()));
    }

    private <T extends HasMetadata> T only(Class<T> type) {
        List<T> all = manifests.values().stream()
                .map(Manifest::object)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
        assertThat(all).as(type.getSimpleName()).hasSize(1);
        return all.getFirst();
    }

    /// The files that volumes bring by name, with their whole paths.
    private Set<String> mountedFiles() {
        return container.getVolumeMounts().stream()
                .flatMap(mount -> pod.getVolumes().stream()
                        .filter(volume -> volume.getName().equals(mount.getName()))
                        .flatMap(ManifestsTest::paths)
                        .map(path -> mount.getMountPath() + "/" + path))
                .collect(Collectors.toSet());
    }

    private static Stream<String> paths(Volume volume) {
        var items = volume.getSecret() != null
                ? volume.getSecret().getItems()
                : volume.getConfigMap() != null ? volume.getConfigMap().getItems() : null;
        return items == null ? Stream.of() : items.stream().map(item -> item.getPath());
    }

    private static String source(Volume volume) {
        return volume.getSecret() != null
                ? volume.getSecret().getSecretName()
                : volume.getConfigMap().getName();
    }

    private static String probePath(Probe probe) {
        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
        return probe.getHttpGet().getPath();
    }
}
