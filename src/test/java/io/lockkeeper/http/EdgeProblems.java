package io.lockkeeper.http;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.restassured.response.ValidatableResponse;

/// The endpoints of the tests, and the shape that every refusal has.
final class EdgeProblems {
    static final String EDGE = "/api/v1/edge";

    private EdgeProblems() {}

    static ValidatableResponse problem(int status, String code, ValidatableResponse answer) {
        return answer.statusCode(status)
                .contentType("application/problem+json")
                .body("code", equalTo(code))
                .body("type", equalTo("urn:lockkeeper:problem:" + code))
                .body("status", equalTo(status))
                .body("requestId", matchesPattern("[A-Za-z0-9._-]+"));
    }
}
