curl $INFERENCE_URL/v1/agents/heroku \
  -H "Authorization: Bearer $INFERENCE_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "claude-4-sonnet",
    "messages": [
      {"role": "user", "content": "Find similar documents to my query about machine learning"}
    ],
    "tools": [
      {
        "type": "heroku_tool",
        "name": "pg_vector_query",
        "runtime_params": {
          "target_app_name": "my-app",
          "tool_params": {
            "db_attachment": "HEROKU_POSTGRESQL_PURPLE_URL",
            "table_name": "documents",
            "vector_column": "embedding"
          }
        }
      }
    ]
  }'
