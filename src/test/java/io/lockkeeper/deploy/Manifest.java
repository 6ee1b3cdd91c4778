package io.lockkeeper.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One object of Kubernetes, read as strictly as its API server would: no unknown field, no text where a
/// number belongs.
record Manifest(HasMetadata object, List<String> unknown) {
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "apps/v1 Deployment", Deployment.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "v1 ConfigMap", ConfigMap.class,
            "v1 Service", Service.class,
            "v1 ServiceAccount", ServiceAccount.class);

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .withCoercionConfig(LogicalType.Textual, texts -> {
                texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                texts.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                texts.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
            .build();

    static Manifest read(JsonNode tree) {
        String kind = tree.path("apiVersion").asText() + " " + tree.path("kind").asText();
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            throw new IllegalArgumentException("a kind that is not checked yet: " + kind);
        }
        HasMetadata object = STRICT.convertValue(tree, type);
        List<String> unknown = new ArrayList<>();
        collectUnknown(object, "", unknown);
        return new Manifest(object, unknown);
    }

    /// The model accepts every field and keeps those that it does not know in a map of their own.
    private static void collectUnknown(Object value, String path, List<String> unknown) {
        switch (value) {
            case Collection<?> list -> {
                int index = 0;
                for (Object element : list) {
                    collectUnknown(element, path + "/" + index++, unknown);
                }
            }
            case Map<?, ?> map -> map.forEach((key, element) -> collectUnknown(element, path + "/" + key, unknown));
            case Object bean
            when isModel(bean) ->
                accessors(bean).forEach(accessor -> {
                    Object found = call(accessor, bean);
                    if (!accessor.getName().equals("getAdditionalProperties")) {
                        collectUnknown(found, path + "/" + accessor.getName().substring(3), unknown);
                    } else if (found instanceof Map<?, ?> extra) {
                        extra.keySet().forEach(key -> unknown.add(path + "/" + key));
                    }
                });
            case null, default -> {}
        }
    }

    private static boolean isModel(Object bean) {
        return bean instanceof KubernetesResource && !(bean instanceof Enum<?>);
    }

    private static Stream<Method> accessors(Object bean) {
        return Arrays.stream(bean.getClass().getMethods())
                .filter(method ->
                        method.getParameterCount() == 0 && method.getName().startsWith("get"))
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> method.getDeclaringClass() == bean.getClass());
    }

    private static Object call(Method accessor, Object bean) {
        try {
            return accessor.invoke(bean);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(accessor.toString(), impossible);
        }
    }
}
