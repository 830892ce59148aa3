import os
from openai import OpenAI

client = OpenAI(
    base_url=os.getenv("INFERENCE_URL") + "/v1",
    api_key=os.getenv("INFERENCE_KEY")
)

response = client.chat.completions.create(
    model=os.getenv("INFERENCE_MODEL_ID"),
    messages=[
        {"role": "user", "content": "Calculate the first 10 Fibonacci numbers"}
    ],
    extra_body={
        "heroku": {
            "tools": [
                {
                    "type": "heroku_tool",
                    "name": "code_exec_python",
                    "runtime_params": {
                        "target_app_name": "my-app"
                    }
                }
            ]
        }
    }
)

print(response.choices[0].message.content)
